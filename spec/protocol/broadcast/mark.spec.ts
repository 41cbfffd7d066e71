import fc from 'fast-check';
import {
  alikeUpTo,
  createMark,
  forgetBelow,
  hasHole,
  holes,
  isSeen,
  passHole,
  see,
  type Mark,
} from '../../../lib/protocol/broadcast/mark.ts';

const most = 40;
const longest = 5;

/** The same, as everybody would write it who had memory without end: a set of all ids. */
class Naive {
  readonly seen = new Set<number>();
  high = 0;

  see(sequence: number): boolean {
    const isNew = !this.seen.has(sequence);
    this.seen.add(sequence);
    this.high = Math.max(this.high, sequence + 1);
    return isNew;
  }

  holes(until: number): number[] {
    return Array.from({ length: until }, (_, sequence) => sequence).filter((one) => !this.seen.has(one));
  }

  passHole(): { first: number; last: number } {
    const first = this.holes(this.high)[0]!;
    let last = first;
    while (last + 1 < this.high && !this.seen.has(last + 1)) last++;
    for (let sequence = first; sequence <= last; sequence++) this.seen.add(sequence);
    return { first, last };
  }

  forgetBelow(high: number): void {
    for (let sequence = 0; sequence < high; sequence++) this.seen.add(sequence);
    this.high = Math.max(this.high, high);
  }
}

const idsOf = (runs: readonly { first: number; last: number }[]) =>
  runs.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, nr) => first + nr));

function expectAlike(mark: Mark, naive: Naive): void {
  const ids = Array.from({ length: most + 2 }, (_, sequence) => sequence);
  expect(ids.filter((one) => isSeen(mark, one))).toEqual(ids.filter((one) => naive.seen.has(one)));
  // Of each id, how far the run of those that are seen, or not seen, as it is, goes on from there.
  const other = (first: number) =>
    ids.find((one) => one > first && naive.seen.has(one) !== naive.seen.has(first)) ?? Infinity;
  for (const last of [most / 2, most + 1])
    expect(ids.map((first) => first <= last && alikeUpTo(mark, { first, last }))).toEqual(
      ids.map((first) => first <= last && Math.min(last, other(first) - 1)),
    );
  expect([mark.high, hasHole(mark)]).toEqual([naive.high, naive.holes(naive.high).length > 0]);
  expect(idsOf(holes(mark, 0, mark.high, Infinity))).toEqual(naive.holes(naive.high));
}

type Move = readonly ['see', number, number] | readonly ['forget', number] | readonly ['pass'];

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constant('see' as const), fc.nat(most - longest), fc.nat(longest)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('forget' as const), fc.nat(most)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('pass' as const)) },
  ),
  { maxLength: 120, size: 'max' },
);

describe('what was seen of an origin', () => {
  it('is what a set of all ids would say, for any order, loss, duplicates, holes given up and history', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const [mark, naive] = [createMark(), new Naive()];
        for (const [move, id, length] of all) {
          if (move === 'see') {
            for (let first = id; first <= id + length;) {
              const last = alikeUpTo(mark, { first, last: id + length });
              const isNew = !isSeen(mark, first);
              if (isNew) see(mark, first, last);
              for (; first <= last; first++) expect(naive.see(first)).toBe(isNew);
            }
          } else if (move === 'forget') {
            forgetBelow(mark, id);
            naive.forgetBelow(id);
          } else if (hasHole(mark)) expect(passHole(mark)).toEqual(naive.passHole());
          expectAlike(mark, naive);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes no memory but a few numbers, once everything has come', () => {
    const shuffled = fc.shuffledSubarray(
      Array.from({ length: most }, (_, nr) => nr),
      { minLength: most },
    );
    fc.assert(
      fc.property(shuffled, (ids) => {
        const mark = createMark();
        for (const id of ids) see(mark, id);
        expect(mark).toEqual({ low: most, high: most, above: undefined });
      }),
    );
  });

  it('names at most as many missing ids as it is asked for, the lowest', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(most)),
        fc.nat(most),
        fc.nat(most + 10),
        fc.nat(most + 10),
        (ids, count, from, until) => {
          const [mark, naive] = [createMark(), new Naive()];
          for (const id of ids) {
            see(mark, id);
            naive.see(id);
          }
          const missing = naive.holes(until).filter((id) => id >= from);
          expect(idsOf(holes(mark, from, until, count))).toEqual(missing.slice(0, count));
        },
      ),
    );
  });

  it('names what is missing as runs that could not be longer', () => {
    const mark = createMark();
    for (const id of [0, 1, 4, 8]) see(mark, id);
    expect(holes(mark, 0, 11, 100)).toEqual([
      { first: 2, last: 3 },
      { first: 5, last: 7 },
      { first: 9, last: 10 },
    ]);
  });

  it('takes no more memory for a burst above a hole than for one message', () => {
    const mark = createMark();
    for (let id = 1; id <= 10_000; id++) see(mark, id);
    expect(mark).toEqual({ low: 0, high: 10_001, above: [{ first: 1, last: 10_000 }] });
  });

  it('knows of a hole without an end, when a neighbor knows of more than came', () => {
    const mark = { low: 2, high: 9, above: undefined };
    expect([hasHole(mark), passHole(mark), hasHole(mark)]).toEqual([true, { first: 2, last: 8 }, false]);
  });
});
