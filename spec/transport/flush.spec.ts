import { flushSoon, join } from '../../lib/transport/flush.ts';

const piece = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const text = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces).toString('hex');

describe('what is written to links in one turn', () => {
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
  /** The clock that tells whether a turn is calm. */
  let now = 1e6;
  beforeEach(() => {
    now += 1000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('leaves at once, the first to each link, when nothing was written for a millisecond; each link hears when the turn is over', async () => {
    const left: string[] = [];
    const link = (name: string) => (isOver: boolean) => left.push(`${name} ${isOver ? 'at the end' : 'now'}`);
    const [one, other] = [link('one'), link('other')];
    for (const each of [one, one, other, other]) flushSoon(each);
    expect(left).toEqual(['one now', 'other now']);
    await nextTurn();
    expect(left.slice(2)).toEqual(['one at the end', 'other at the end']);
  });

  it('leaves together when the turn is over while there is much to write', async () => {
    const left: boolean[] = [];
    const link = (isOver: boolean) => left.push(isOver);
    flushSoon(link);
    await nextTurn();
    expect(left.splice(0)).toEqual([false, true]);
    now += 0.9;
    flushSoon(link);
    expect(left).toEqual([]);
    await nextTurn();
    expect(left.splice(0)).toEqual([true]);
    now += 1;
    flushSoon(link);
    expect(left).toEqual([false]);
    await nextTurn();
  });
});

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
