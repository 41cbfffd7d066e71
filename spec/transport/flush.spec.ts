import { join } from '../../lib/transport/flush.ts';

const piece = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const text = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString('hex');

describe('the frames that wait for a link', () => {
  it('leave in order as few pieces, of which the large ones are not copied', () => {
    const frames = [piece(10, 1), piece(20, 2), piece(5000, 3), piece(30, 4)];
    const joined = join(frames);
    expect([joined.length, joined[1] === frames[2], text(joined)]).toEqual([3, true, text(frames)]);
  });

  it('are one piece without a copy where they lie one after the other in memory', () => {
    const memory = new Uint8Array(1000).fill(7);
    const part = (start: number, end: number) => memory.subarray(start, end);
    const frames = [
      part(0, 10),
      part(10, 600),
      part(600, 700),
      piece(5000, 3),
      part(700, 800),
      part(810, 900),
    ];
    const joined = join(frames);
    expect(joined.map(({ length }) => length)).toEqual([700, 5000, 190]);
    expect([joined[0]!.buffer === memory.buffer, text(joined)]).toEqual([true, text(frames)]);
  });

  it('are copied once for all links that are sent the same', () => {
    const frames = [piece(10, 1), piece(20, 2)];
    expect(join([...frames])).toBe(join([...frames]));
  });

  it('are not taken for those of another link that begin the same', () => {
    const frames = [piece(10, 1), piece(20, 2)];
    const more = [...frames, piece(30, 3)];
    expect([text(join(frames)), text(join(more)), text(join(frames))]).toEqual([
      text(frames),
      text(more),
      text(frames),
    ]);
  });
});
