import fc from 'fast-check';
import { Heap } from '../../lib/protocol/heap.ts';

interface Put {
  ticket: number;
  readonly at: number;
  readonly order: number;
}

const put = (at: number, order: number): Put => ({ ticket: -1, at, order });

describe('the heap', () => {
  it('gives entries by time and then by order, whatever was put in and taken out', () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.record({ put: fc.nat(20) }) },
      { weight: 1, arbitrary: fc.record({ drop: fc.nat(50) }) },
      { weight: 1, arbitrary: fc.record({ pop: fc.constant(true) }) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const heap = new Heap<Put>();
        let naive: Put[] = [];
        let orders = 0;
        const sorted = () => [...naive].sort((a, b) => a.at - b.at || a.order - b.order);
        const take = () => {
          const [first] = sorted();
          expect(heap.nextAt).toBe(first?.at ?? Infinity);
          if (first === undefined) return;
          expect(heap.pop()).toBe(first);
          naive = naive.filter((one) => one !== first);
        };
        for (const what of actions) {
          if ('put' in what) {
            const entry = put(what.put, orders++);
            naive.push(entry);
            heap.push(entry, entry.at, entry.order);
          } else if ('drop' in what) {
            const gone = naive[what.drop];
            if (gone === undefined) continue;
            heap.remove(gone);
            heap.remove(gone);
            naive = naive.filter((one) => one !== gone);
          } else take();
          expect(heap.size).toBe(naive.length);
        }
        while (naive.length > 0) take();
        expect(heap.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('tells which is next, and all that it holds', () => {
    const heap = new Heap<Put>();
    expect([heap.first, ...heap]).toEqual([undefined]);
    const entries = [5, 3, 4].map((at, order) => put(at, order));
    for (const entry of entries) heap.push(entry, entry.at, entry.order);
    heap.remove(entries[2]!);
    expect(heap.first).toBe(entries[1]);
    expect([...heap]).toEqual([entries[0], entries[1]]);
  });

  it('has what is due at another time behind all that was asked for before at that time', () => {
    const heap = new Heap<Put>();
    const entries = [1, 2, 2].map((at, order) => put(at, order));
    for (const entry of entries) heap.push(entry, entry.at);
    heap.reschedule(entries[0]!, 2);
    expect(entries.map(() => heap.pop())).toEqual([entries[1], entries[2], entries[0]]);
  });

  it('grows with what it holds', () => {
    const heap = new Heap<Put>();
    const entries = Array.from({ length: 5000 }, (_, at) => put(at, 0));
    for (const entry of [...entries].reverse()) heap.push(entry, entry.at, 0);
    expect(entries.map(() => heap.pop())).toEqual(entries);
  });
});
