import fc from 'fast-check';
import { createOrigins, epochOf, type Epoch } from '../../../lib/protocol/broadcast/origins.ts';
import { burstOf, keptFrom, nextKept, type Kept } from '../../../lib/protocol/broadcast/kept.ts';
import { keep, keepAll } from '../../../lib/protocol/broadcast/packing.ts';
import { createStore, evict, oldestAt, wholeSince } from '../../../lib/protocol/broadcast/store.ts';
import { messageOf, messagesOf, type MessageOf } from '../../../lib/protocol/messages.ts';
import { countOf, eachPayload, pieceOf } from '../../../lib/protocol/pieces.ts';
import { A, D, gossip } from '../../support/marbles.ts';

const limits = { storeAge: 6400, storeBytes: 100_000, maxOrigins: 10, maxEpochs: 4 };

/** All that a peer would find. */
function sequencesOf(kept: Kept): number[] {
  const found: number[] = [];
  for (let at = nextKept(kept, 0); at < Infinity; at = nextKept(kept, at + 1)) found.push(at);
  return found;
}

/** The message, if it is kept. */
const keptOf = (kept: Kept, sequence: number): MessageOf<'gossip'> | undefined =>
  burstOf(kept, sequence) && messagesOf(keptFrom(kept, { first: sequence, last: sequence }, 1))[0];

function epochOfPeer({ id, epoch }: typeof D, isOwn: boolean): Epoch {
  const none = () => undefined;
  const asking = { now: 0, isOwn, spoken: true, forget: none, full: none };
  return epochOf(createOrigins(), id, epoch, [], limits, asking)!;
}

function filled(count: number, msApart: number) {
  const store = createStore();
  const epoch = epochOfPeer(D, false);
  for (let i = 0; i < count; i++) keep(store, epoch, gossip(D, i), limits, i * msApart);
  return { store, epoch, kept: epoch.kept };
}

describe('the messages kept for repair', () => {
  it('of a burst are the newest, as many as its bytes allow, but for a small part', () => {
    const { store, kept } = filled(10_000, 0);
    expect(store.bytes).toBeLessThanOrEqual(limits.storeBytes);
    // The newest burst may have just begun, and the oldest have just gone.
    expect(store.bytes).toBeGreaterThan(limits.storeBytes * (1 - 4 / 64));
    const { messages } = store;
    expect(sequencesOf(kept)).toEqual(Array.from({ length: messages }, (_, i) => 10_000 - messages + i));
  });

  it('come back as they came, whatever came after them', () => {
    const { kept } = filled(2000, 0);
    for (const sequence of sequencesOf(kept)) expect(keptOf(kept, sequence)).toEqual(gossip(D, sequence));
    expect(keptOf(kept, 2000)).toBeUndefined();
  });

  it('come back as they came when they differ in more than their payloads, or came out of order', () => {
    const { store, epoch, kept } = filled(0, 0);
    const said = [
      ...[gossip(D, 5), gossip(D, 6, { topic: 'other' }), gossip(D, 7, { topic: 'other', hop: 3 })],
      ...[
        gossip(D, 0),
        gossip(D, 1, { payload: new Uint8Array(10_000).fill(1) }),
        gossip(D, 2),
        gossip(D, 3),
      ],
    ];
    for (const one of said) keep(store, epoch, one, { ...limits, storeBytes: 1e6 }, 0);
    expect(sequencesOf(kept)).toEqual([0, 1, 2, 3, 5, 6, 7]);
    for (const one of said) expect(keptOf(kept, one.sequence)).toEqual(one);
  });

  it('are not changed by what is kept in the memory of those that went', () => {
    const { store, epoch, kept } = filled(0, 0);
    const few = { ...limits, storeBytes: 300_000 };
    const large = (sequence: number) => gossip(D, sequence, { payload: new Uint8Array(1000).fill(sequence) });
    for (let i = 0; i < 200; i++) keep(store, epoch, large(i), few, 0);
    const asked = keptOf(kept, nextKept(kept, 0))!;
    for (let i = 200; i < 1000; i++) keep(store, epoch, large(i), few, 0);
    expect(asked).toEqual(large(asked.sequence));
    for (const sequence of sequencesOf(kept)) expect(keptOf(kept, sequence)).toEqual(large(sequence));
  });

  it.each([256, 5000, 16_384])('take little when few of %i bytes come after many', (length) => {
    const { store, epoch } = filled(0, 0);
    const roomy = { ...limits, storeBytes: 16_000_000 };
    const ofLength = (sequence: number) => gossip(D, sequence, { payload: new Uint8Array(length) });
    const many = Math.ceil(20_000_000 / length);
    for (let i = 0; i < many; i++) keep(store, epoch, ofLength(i), roomy, 0);
    expect(store.bytes).toBeGreaterThan(roomy.storeBytes * 0.9);
    const pairs = 60;
    for (let i = 0; i < 2 * pairs; i++)
      keep(store, epoch, ofLength(many + i), roomy, (Math.floor(i / 2) + 1) * 101);
    evict(store, roomy, limits.storeAge + 100);
    expect(store.messages).toBe(2 * pairs);
    // The first pair comes like those before it, and may hold a whole slab.
    expect(store.bytes).toBeLessThan(65_536 + pairs * (4 * length + 1000));
  });

  it('take little when few come at once after all went', () => {
    const { store, epoch } = filled(0, 0);
    const roomy = { ...limits, storeBytes: 5_000_000 };
    const together = (first: number, count: number, now: number) =>
      keepAll(
        store,
        epoch,
        gossip(D, first),
        Array.from({ length: count }, () => pieceOf(new Uint8Array(1000))),
        roomy,
        now,
      );
    together(0, 6000, 0);
    evict(store, roomy, limits.storeAge);
    expect(store.messages).toBe(0);
    for (let i = 0; i < 3; i++) together(6000 + 2 * i, 2, limits.storeAge + 101 * i);
    expect(store.messages).toBe(6);
    expect(store.bytes).toBeLessThan(20_000);
  });

  it.each([5000, 20_000, 2_000_000])('are in no burst that has none, in %i bytes', (storeBytes) => {
    const { store, epoch } = filled(0, 0);
    const lengths = [10, 300, 20_000, 300, 5000];
    for (let i = 0; i < 500; i++) {
      const pieces = lengths.map((length) => pieceOf(new Uint8Array(length)));
      const first = gossip(D, i * lengths.length, { payload: pieces[0]!.bytes });
      keepAll(store, epoch, first, pieces, { ...limits, storeBytes }, 0);
      for (const burst of store.others.bursts) expect(burst.last).toBeGreaterThanOrEqual(burst.first);
    }
  });

  it('come back as they came when many came at once, wherever in memory these were', () => {
    const lengths = fc.oneof(fc.nat(300), fc.nat(5000), fc.nat(20_000));
    const sizes = fc.array(fc.tuple(lengths, fc.nat(200), fc.boolean()), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 5 }), fc.boolean(), (bursts, oneTopic) => {
        const { store, epoch, kept } = filled(0, 0);
        const roomy = { ...limits, storeBytes: 10_000_000 };
        const said: MessageOf<'gossip'>[] = [];
        for (const [nr, burst] of bursts.entries()) {
          // As they lie in what was read: some together, some with something in between, some somewhere else.
          const pieces: { bytes: Uint8Array; edges: number[] }[] = [];
          for (const [length, before, elsewhere] of burst) {
            if (elsewhere || pieces.length === 0) pieces.push({ bytes: new Uint8Array(700_000), edges: [] });
            const { bytes, edges } = pieces.at(-1)!;
            const at = (edges.at(-1) ?? 0) + before;
            bytes.fill(said.length + length, at, at + length);
            edges.push(at, at + length);
          }
          const payloads: Uint8Array[] = [];
          eachPayload(pieces, (payload) => payloads.push(payload));
          const first = gossip(D, said.length, { topic: oneTopic ? '' : `${nr % 2}`, payload: payloads[0]! });
          payloads.forEach((payload, i) => said.push(messageOf(first, i, payload.slice())));
          expect(countOf(pieces)).toBe(burst.length);
          keepAll(store, epoch, first, pieces, roomy, 0);
        }
        expect(sequencesOf(kept)).toEqual(said.map((_, i) => i));
        for (const one of said) {
          const found = keptOf(kept, one.sequence)!;
          expect(Buffer.compare(found.payload, one.payload)).toBe(0);
          expect({ ...found, payload: 0 }).toEqual({ ...one, payload: 0 });
        }
        expect(store.messages).toBe(said.length);
        expect(store.bytes).toBe(store.others.bursts.reduce((sum, { bytes }) => sum + bytes, 0));
      }),
      { numRuns: 100 },
    );
  });

  it('are as many as fit when many come at once', () => {
    const { store, epoch, kept } = filled(0, 0);
    const pieces = Array.from({ length: 1000 }, (_, i) => pieceOf(gossip(D, i).payload));
    for (let i = 0; i < 20; i++) keepAll(store, epoch, gossip(D, i * 1000), pieces, limits, 0);
    expect(store.bytes).toBeLessThanOrEqual(limits.storeBytes);
    expect(store.bytes).toBeGreaterThan(limits.storeBytes * (1 - 4 / 64));
    const { messages } = store;
    expect(sequencesOf(kept)).toEqual(Array.from({ length: messages }, (_, i) => 20_000 - messages + i));
  });

  it('are kept in what those had that went, when many come at once', () => {
    const { store, epoch, kept } = filled(0, 0);
    const roomy = { ...limits, storeBytes: 5_000_000 };
    const payloadOf = (sequence: number) => new Uint8Array(1000).fill(sequence);
    const made = new Set<object>();
    for (let first = 0; first < 30_000; first += 100) {
      const pieces = Array.from({ length: 100 }, (_, i) => pieceOf(payloadOf(first + i)));
      keepAll(store, epoch, gossip(D, first, { payload: payloadOf(first) }), pieces, roomy, 0);
      const latest = kept.bursts.at(-1)!;
      // What was noted of those that went is not taken for theirs.
      if (latest.first >= first) expect(latest.resent).toBeUndefined();
      latest.resent = new Map([[1, [3]]]);
      for (const burst of store.others.bursts) made.add(burst);
    }
    expect(made.size).toBeLessThan(100);
    expect(store.bytes).toBeLessThanOrEqual(roomy.storeBytes);
    expect(store.bytes).toBe(
      store.others.bursts.slice(store.others.head).reduce((sum, { bytes }) => sum + bytes, 0),
    );
    const sequences = sequencesOf(kept);
    expect(sequences).toEqual(sequences.map((_, i) => 30_000 - sequences.length + i));
    expect(sequences.length).toBeGreaterThan(4000);
    // Not `toEqual`: of megabytes that takes twenty seconds.
    const isWhole = (sequence: number) =>
      Buffer.compare(keptOf(kept, sequence)!.payload, payloadOf(sequence)) === 0;
    expect(sequences.filter((sequence) => !isWhole(sequence))).toEqual([]);
  });

  it('take a few entries beside themselves, not one each', () => {
    const { store } = filled(10_000, 0);
    expect(store.others.bursts.length - store.others.head).toBeLessThan(70);
  });

  it.each([
    ['at once', (kept: readonly MessageOf<'gossip'>[]) => [kept]],
    ['one by one', (kept: readonly MessageOf<'gossip'>[]) => kept.map((one) => [one])],
  ])('take no entry each when they fill a hole, %s', (_, parted) => {
    const { store, epoch, kept } = filled(100, 0);
    const roomy = { ...limits, storeBytes: 1e6 };
    keep(store, epoch, gossip(D, 1000), roomy, 0);
    const before = kept.bursts.length;
    for (const part of parted(Array.from({ length: 900 }, (__, i) => gossip(D, 100 + i))))
      keepAll(
        store,
        epoch,
        part[0]!,
        part.map(({ payload }) => pieceOf(payload)),
        roomy,
        0,
      );
    expect(kept.bursts.length - before).toBeLessThan(5);
    expect(sequencesOf(kept)).toEqual(Array.from({ length: 1001 }, (__, i) => i));
    for (const sequence of sequencesOf(kept)) expect(keptOf(kept, sequence)).toEqual(gossip(D, sequence));
  });

  it('are to the last our own: an eighth of them, for as long as others say more', () => {
    const { store, epoch } = filled(0, 0);
    const own = epochOfPeer(A, true);
    for (let i = 0; i < 500; i++) keep(store, own, gossip(A, i), limits, 0);
    for (let i = 0; i < 10_000; i++) keep(store, epoch, gossip(D, i), limits, 1000);
    const [ours, theirs] = [sequencesOf(own.kept), sequencesOf(epoch.kept)];
    expect(ours.at(-1)).toBe(499);
    expect(store.own.bytes).toBeLessThanOrEqual(limits.storeBytes / 8);
    expect(store.own.bytes).toBeGreaterThan(limits.storeBytes / 8 - limits.storeBytes * (2 / 64));
    expect(store.bytes).toBeLessThanOrEqual(limits.storeBytes);
    expect(store.bytes).toBe(store.own.bytes + store.others.bytes);
    expect(store.messages).toBe(ours.length + theirs.length);
    expect([oldestAt(store), wholeSince(store)]).toEqual([0, 1000]);
    evict(store, limits, limits.storeAge);
    expect(sequencesOf(own.kept)).toEqual([]);
    expect(sequencesOf(epoch.kept)).toEqual(theirs);
  });

  describe('that somebody is owed', () => {
    function owing() {
      const owed = epochOfPeer(D, false);
      const others = epochOfPeer(A, false);
      const debts = { open: true };
      const store = createStore(({ epoch }) => debts.open && epoch === owed);
      for (let i = 0; i < 100; i++) keep(store, owed, gossip(D, i), limits, 0);
      const say = (epoch: Epoch, from: number, to: number, now: number) => {
        for (let i = from; i < to; i++) keep(store, epoch, gossip(epoch === owed ? D : A, i), limits, now);
        expect(store.bytes).toBeLessThanOrEqual(limits.storeBytes);
        expect(store.bytes).toBe(store.others.bytes + store.owed.bytes);
        expect(store.messages).toBe(sequencesOf(owed.kept).length + sequencesOf(others.kept).length);
      };
      return { store, owed, others, debts, say };
    }

    it('stay, however much others say, and come back as they came', () => {
      const { owed, others, say } = owing();
      say(others, 0, 10_000, 0);
      expect(sequencesOf(owed.kept)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      for (let i = 0; i < 100; i++) expect(keptOf(owed.kept, i)).toEqual(gossip(D, i));
    });

    it('take no more of it than half; then the newest of them stay', () => {
      const { store, owed, others, say } = owing();
      say(others, 0, 10_000, 0);
      say(owed, 100, 10_000, 0);
      say(others, 10_000, 20_000, 0);
      const half = limits.storeBytes / 2;
      expect(store.owed.bytes).toBeLessThanOrEqual(half);
      expect(store.owed.bytes).toBeGreaterThan(half - limits.storeBytes * (2 / 64));
      const found = sequencesOf(owed.kept);
      expect(found).toEqual(Array.from({ length: found.length }, (_, i) => 10_000 - found.length + i));
    });

    it('go as others do as soon as they are owed no more', () => {
      const { store, owed, others, debts, say } = owing();
      say(others, 0, 10_000, 0);
      debts.open = false;
      say(others, 10_000, 20_000, 0);
      expect([sequencesOf(owed.kept), store.owed.bytes]).toEqual([[], 0]);
    });

    it('go when they are old', () => {
      const { store, owed, others, say } = owing();
      say(others, 0, 10_000, 0);
      say(others, 10_000, 10_100, limits.storeAge);
      expect([sequencesOf(owed.kept), store.owed.bytes]).toEqual([[], 0]);
      expect(oldestAt(store)).toBe(limits.storeAge);
    });
  });

  it('are all our own when others say nothing, and those of others when we say nothing', () => {
    const { store } = filled(0, 0);
    const own = epochOfPeer(A, true);
    for (let i = 0; i < 10_000; i++) keep(store, own, gossip(A, i), limits, 0);
    expect(store.bytes).toBeLessThanOrEqual(limits.storeBytes);
    expect(store.own.bytes).toBeGreaterThan(limits.storeBytes * (1 - 4 / 64));
    expect(filled(10_000, 0).store.others.bytes).toBeGreaterThan(limits.storeBytes * (1 - 4 / 64));
  });

  it('go when they are old, at most a small part before their time, and then nothing is left', () => {
    const { store, kept } = filled(100, 50);
    evict(store, limits, limits.storeAge + 2500);
    expect(nextKept(kept, 0)).toBeGreaterThanOrEqual(50);
    expect(nextKept(kept, 0)).toBeLessThanOrEqual(52);
    evict(store, limits, limits.storeAge * 2);
    expect([sequencesOf(kept).length, store.messages, store.bytes, oldestAt(store)]).toEqual([
      0,
      0,
      0,
      Infinity,
    ]);
  });
});
