import { createTally } from './tally.ts';

/** Publisher 0 sent five messages, publisher 2 three. */
const sent = new Map([
  [0, 5],
  [2, 3],
]);

function tallyOf(...messages: readonly (readonly [publisher: number, sequence: number])[]) {
  const tally = createTally(8);
  for (const [publisher, sequence] of messages) tally.take(publisher, sequence);
  const { received, duplicates } = tally;
  return { received, duplicates, missing: tally.missing(sent), strange: tally.strange(sent) };
}

const all = [...sent].flatMap(([publisher, count]) =>
  Array.from({ length: count }, (_, n) => [publisher, n] as const),
);

it('finds nothing wrong when every message came once, in whatever order', () => {
  expect(tallyOf(...all)).toEqual({ received: 8, duplicates: 0, missing: 0, strange: 0 });
  expect(tallyOf(...[...all].reverse())).toEqual({ received: 8, duplicates: 0, missing: 0, strange: 0 });
});

it('counts what did not come, at the beginning, in the middle and at the end', () => {
  const some = all.filter(([publisher, n]) => publisher === 2 || ![0, 2, 4].includes(n));
  expect(tallyOf(...some)).toEqual({ received: 5, duplicates: 0, missing: 3, strange: 0 });
  expect(tallyOf()).toEqual({ received: 0, duplicates: 0, missing: 8, strange: 0 });
});

it('counts what came again, and does not take it for what did not come', () => {
  const instead = [...all.slice(1), [0, 1] as const];
  expect(tallyOf(...instead)).toEqual({ received: 7, duplicates: 1, missing: 1, strange: 0 });
});

it('counts what nobody sent', () => {
  expect(tallyOf(...all, [0, 5], [1, 0], [8, 0])).toEqual({
    received: 11,
    duplicates: 0,
    missing: 0,
    strange: 3,
  });
});

it('keeps publishers apart, and holds millions', () => {
  const tally = createTally(8);
  const count = 1_000_000;
  for (let n = 0; n < count; n++) tally.take(7, n);
  tally.take(1, count - 1);
  expect(tally.received).toBe(count + 1);
  expect(tally.missing(new Map([[7, count]]))).toBe(0);
  expect(tally.missing(new Map([[1, count]]))).toBe(count - 1);
});

it('still knows each message of a stretch that has come whole, and of which no bits are kept', () => {
  const tally = createTally(8);
  const count = 300_000;
  for (let n = count - 1; n >= 0; n--) if (n !== 200_000) tally.take(0, n);
  expect(tally.missing(new Map([[0, count]]))).toBe(1);
  tally.take(0, 200_000);
  for (const n of [0, 4_095, 4_096, 200_000, count - 1]) tally.take(0, n);
  expect(tally.duplicates).toBe(5);
  expect(tally.received).toBe(count);
  for (const sent of [1, 4_095, 4_096, 4_097, 299_999]) {
    expect(tally.strange(new Map([[0, sent]]))).toBe(count - sent);
    expect(tally.missing(new Map([[0, sent]]))).toBe(0);
  }
});
