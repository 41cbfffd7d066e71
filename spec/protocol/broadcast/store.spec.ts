import { createOrigins, epochOf } from '../../../lib/protocol/broadcast/origins.ts';
import { createStore, evict, keep, nextEviction } from '../../../lib/protocol/broadcast/store.ts';
import { D, gossip } from '../../support/marbles.ts';

const limits = { storeAge: 6400, storeBytes: 100_000, maxOrigins: 10, maxEpochs: 4 };
/** 9 to 12 bytes and 256 beside them. */
const message = 256 + 12;

function filled(count: number, msApart: number) {
  const store = createStore();
  const none = () => undefined;
  const asking = { now: 0, spoken: true, forget: none, full: none };
  const epoch = epochOf(createOrigins(), D.id, D.epoch, [], limits, asking)!;
  for (let i = 0; i < count; i++) keep(store, epoch, gossip(D, i), limits, i * msApart);
  return { store, kept: epoch.kept };
}

describe('the messages kept for repair', () => {
  it('of a burst are the newest, as many as its bytes allow, but for a small part', () => {
    const { store, kept } = filled(10_000, 0);
    expect(store.bytes).toBeLessThanOrEqual(limits.storeBytes);
    expect(store.bytes).toBeGreaterThan(limits.storeBytes * (1 - 2 / 64) - message);
    expect(store.messages).toBe(kept.size);
    expect([...kept.keys()]).toEqual(Array.from({ length: kept.size }, (_, i) => 10_000 - kept.size + i));
  });

  it('take a few entries beside themselves, not one each', () => {
    const { store } = filled(10_000, 0);
    expect(store.queue.length - store.head).toBeLessThan(70);
  });

  it('go when they are old, at most a small part before their time, and then nothing is left', () => {
    const { store, kept } = filled(100, 50);
    evict(store, limits, limits.storeAge + 2500);
    expect(Math.min(...kept.keys())).toBeGreaterThanOrEqual(50);
    expect(Math.min(...kept.keys())).toBeLessThanOrEqual(52);
    evict(store, limits, limits.storeAge * 2);
    expect([kept.size, store.messages, store.bytes, nextEviction(store, limits)]).toEqual([
      0,
      0,
      0,
      undefined,
    ]);
  });
});
