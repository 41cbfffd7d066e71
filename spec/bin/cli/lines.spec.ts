import { Readable } from 'node:stream';
import { linesOf } from '../../../bin/cli/lines.ts';

async function read(chunks: (string | Uint8Array)[], limit = 100) {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), limit)) {
    const shown = 'bytes' in line ? Buffer.from(line.bytes).toString('latin1') : `<${line.size}>`;
    lines.push(`${line.number}:${shown}`);
  }
  return lines;
}

describe('lines of standard input', () => {
  it.each([
    ['end with LF', ['a\nb\n'], ['1:a', '2:b']],
    ['end with CRLF, also when it is cut in two', ['a\r', '\nb\r\n'], ['1:a', '2:b']],
    ['are put together from chunks', ['a', 'b', 'c\nd', 'e\n'], ['1:abc', '2:de']],
    ['count when the last has no end', ['a\nb'], ['1:a', '2:b']],
    ['keep a CR that is not at the end', ['a\rb\n'], ['1:a\rb']],
    ['may be empty', ['\n\r\na\n'], ['1:', '2:', '3:a']],
    ['are none without input', [], []],
    ['are bytes, UTF-8 or not', [new Uint8Array([0xff, 0x0a, 0xc3])], ['1:\xff', '2:\xc3']],
  ])('%s', async (_title, chunks, lines) => {
    expect(await read(chunks)).toEqual(lines);
  });

  it.each([
    ['a line at the limit is whole', ['abcd\n'], ['1:abcd']],
    ['the CR of its CRLF does not count', ['abcd\r\n'], ['1:abcd']],
    ['a longer one is only measured', ['abcde\nf\n'], ['1:<5>', '2:f']],
    ['also when it comes in many chunks', ['abc', 'def', 'ghi\r', '\nj'], ['1:<9>', '2:j']],
    ['also when it is the last', ['a\nbcdef'], ['1:a', '2:<5>']],
  ])('with a limit of 4 bytes, %s', async (_title, chunks, lines) => {
    expect(await read(chunks, 4)).toEqual(lines);
  });

  it('are not read ahead of who wants them', async () => {
    let pulled = 0;
    const input = (async function* () {
      for (;;) {
        pulled += 1;
        yield await Promise.resolve(Buffer.from('a\nb\n'));
      }
    })();
    const lines = linesOf(input, 100);
    await lines.next();
    await lines.next();
    expect(pulled).toBe(1);
    await lines.next();
    expect(pulled).toBe(2);
  });
});
