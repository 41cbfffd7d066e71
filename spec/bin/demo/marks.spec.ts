import { markOf, wantsColour } from '../../../bin/demo/marks.ts';

describe('a line of the demo', () => {
  it('is marked with its peer', () => {
    expect(markOf('peer2', 1, false)('00:00:00 - x')).toBe('peer2 | 00:00:00 - x');
  });

  it("has its peer's colour", () => {
    const lines = [0, 1, 2].map((index) => markOf('p', index, true)('x'));
    expect(lines).toEqual(['\x1b[36mp |\x1b[39m x', '\x1b[33mp |\x1b[39m x', '\x1b[35mp |\x1b[39m x']);
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('with %j on a terminal (%p) is coloured: %p', (env, isTerminal, coloured) => {
    expect(wantsColour(env, isTerminal)).toBe(coloured);
  });
});
