import {
  componentsOf,
  directory,
  noDeadNeighbors,
  noGhosts,
  noOneIsAlone,
  oneComponent,
  viewsAreMutual,
  viewSizesWithinBounds,
} from '../../lib/sim/invariants.ts';
import type { Member } from '../../lib/sim/member.ts';

const settings = { activeView: 2, passiveView: 1 };

/** A network drawn by hand: whom each living peer lists, and whom it remembers. */
function drawn(views: Readonly<Record<string, string>>, passive: Readonly<Record<string, string>> = {}) {
  return directory(
    Object.entries(views).map(([id, listed], index) => {
      const neighbors = [...listed].map(
        (other, link) => [link, { link, id: other, shown: `${other}:1` }] as const,
      );
      const remembered = [...(passive[id] ?? '')].map((other) => [`${other}:1`, 0] as const);
      const overlay = { neighbors: new Map(neighbors), passive: new Map(remembered) };
      return { id, index, address: `${id}:1`, settings, state: { overlay } } as unknown as Member;
    }),
  );
}

describe('invariants', () => {
  it('viewsAreMutual: if I list you, you list me', () => {
    expect(viewsAreMutual(drawn({ a: 'b', b: 'a' }))).toEqual([]);
    expect(viewsAreMutual(drawn({ a: 'b', b: '' }))).toEqual(['a:1 lists b:1, which does not list it']);
    expect(viewsAreMutual(drawn({ a: 'x' }))).toEqual(['a:1 lists x (gone), which does not list it']);
  });

  it('noDeadNeighbors and noGhosts: no view holds who is not running', () => {
    expect(noDeadNeighbors(drawn({ a: 'bx', b: 'a' }))).toEqual([
      'a:1 lists x:1, id x, which is not running',
    ]);
    expect(noGhosts(drawn({ a: 'b', b: 'a' }, { a: 'bx' }))).toEqual(['a:1 remembers x:1, where nobody is']);
    expect(noGhosts(drawn({ a: 'b', b: 'a' }, { a: 'b' }))).toEqual([]);
  });

  it('noOneIsAlone: everyone has a neighbor, unless there is nobody else', () => {
    expect(noOneIsAlone(drawn({ a: '' }))).toEqual([]);
    expect(noOneIsAlone(drawn({ a: 'b', b: 'a', c: '' }))).toEqual(['c:1 has no neighbor']);
  });

  it('viewSizesWithinBounds: at most as many as set, and not oneself', () => {
    expect(viewSizesWithinBounds(drawn({ a: 'bc', b: '', c: '' }, { a: 'b' }))).toEqual([]);
    expect(viewSizesWithinBounds(drawn({ a: 'bcd', b: 'b', c: '' }, { c: 'ab' }))).toEqual([
      'a:1 has 3 neighbors',
      'b:1 lists itself',
      'c:1 remembers 2',
    ]);
  });

  it('oneComponent: everyone is connected to everyone', () => {
    const split = drawn({ a: 'b', b: 'a', c: 'de', d: '', e: 'c' });
    expect(componentsOf(split)).toEqual([3, 2]);
    expect(oneComponent(split)).toHaveLength(1);
    expect(oneComponent(drawn({ a: 'b', b: 'ac', c: 'b' }))).toEqual([]);
  });
});
