import fc from 'fast-check';
import {
  addDue,
  createDue,
  moveDue,
  removeDue,
  type Due,
  type Missing,
} from '../../../lib/protocol/broadcast/due.ts';
import { createOrigins, epochOf } from '../../../lib/protocol/broadcast/origins.ts';
import { defaults } from '../../../lib/options.ts';

const nothing = () => undefined;
const record = epochOf(createOrigins(), 'd', 1, [], defaults, {
  ...{ now: 0, spoken: true, forget: nothing, full: nothing },
})!;

const missing = (sequence: number, dueAt: number): Missing => ({
  ...{ record, sequence, by: 1, announcers: [], asked: undefined, askedAt: 0 },
  ...{ dueAt, eager: true, serial: 0, place: 0 },
});

/** Takes out one after the other, as `graftDue` does. */
function inOrder(due: Due): [number, number][] {
  const order: [number, number][] = [];
  for (let one = due.heap[0]; one !== undefined; one = due.heap[0]) {
    order.push([one.dueAt, one.sequence]);
    removeDue(due, one);
  }
  return order;
}

const operation = fc.record({
  what: fc.constantFrom('add' as const, 'add' as const, 'remove' as const, 'move' as const),
  which: fc.nat(1000),
  dueAt: fc.nat(20),
});

it('whatever is added, moved and taken out, what is due first comes first, and of those at one time the one told of first', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const due = createDue();
      const list: Missing[] = [];
      for (const [sequence, { what, which, dueAt }] of operations.entries()) {
        const one = list[which % list.length];
        if (what === 'add' || one === undefined) {
          list.push(missing(sequence, dueAt));
          addDue(due, list.at(-1)!);
        } else if (what === 'move') moveDue(due, one, dueAt);
        else {
          list.splice(list.indexOf(one), 1);
          removeDue(due, one);
        }
      }
      const sorted = list.map(({ dueAt, sequence }) => [dueAt, sequence] as [number, number]);
      sorted.sort(([due1, first], [due2, second]) => due1 - due2 || first - second);
      expect(inOrder(due)).toEqual(sorted);
    }),
  );
});
