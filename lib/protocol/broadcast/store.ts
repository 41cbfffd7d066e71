import type { MessageOf } from '../messages.ts';
import type { Epoch } from './origins.ts';

/**
 * The messages kept for repair, oldest first, bounded by age and by bytes. Owned. Finding one is a lookup in
 * its epoch (`kept`); this file only knows the order in which they go.
 */
export interface Store {
  /** A queue: `head` is the oldest that is still kept. */
  queue: Kept[];
  head: number;
  messages: number;
  bytes: number;
}

/** Messages of a burst, which go together: an entry each would cost as much as all else that is kept of them. */
interface Kept {
  readonly epoch: Epoch;
  readonly first: number;
  last: number;
  /** When the first of them came. */
  readonly at: number;
  bytes: number;
}

/** A burst is at most this part of the store, in time and in bytes: so much earlier may a message go. */
const part = 1 / 64;

/** What a message costs beside its payload, roughly: objects, map entries, strings. */
const overhead = 256;

export const createStore = (): Store => ({ queue: [], head: 0, messages: 0, bytes: 0 });

export interface StoreLimits {
  readonly storeAge: number;
  readonly storeBytes: number;
}

export function keep(
  store: Store,
  epoch: Epoch,
  message: MessageOf<'gossip'>,
  limits: StoreLimits,
  now: number,
): void {
  const bytes = message.payload.length + overhead;
  epoch.kept.set(message.sequence, message);
  const { sequence } = message;
  const latest = store.queue.at(-1);
  if (
    latest?.last === sequence - 1 &&
    latest.epoch === epoch &&
    now - latest.at < limits.storeAge * part &&
    latest.bytes < limits.storeBytes * part
  ) {
    latest.last = sequence;
    latest.bytes += bytes;
  } else store.queue.push({ epoch, first: sequence, last: sequence, at: now, bytes });
  store.messages += 1;
  store.bytes += bytes;
  evict(store, limits, now);
}

/** Lets go what is too old or too much. */
export function evict(store: Store, { storeAge, storeBytes }: StoreLimits, now: number): void {
  const { queue } = store;
  while (store.head < queue.length) {
    const oldest = queue[store.head]!;
    if (store.bytes <= storeBytes && now - oldest.at < storeAge) break;
    for (let sequence = oldest.first; sequence <= oldest.last; sequence++) oldest.epoch.kept.delete(sequence);
    store.messages -= oldest.last - oldest.first + 1;
    store.bytes -= oldest.bytes;
    store.head += 1;
  }
  // The dead front of the queue still holds its epochs: cut it off before it outgrows the rest.
  if (store.head > 1024 && store.head * 2 > queue.length) {
    store.queue = queue.slice(store.head);
    store.head = 0;
  }
}

/** When the oldest is due to go; undefined when nothing is kept. */
export const nextEviction = ({ queue, head }: Store, { storeAge }: StoreLimits): number | undefined =>
  head < queue.length ? queue[head]!.at + storeAge : undefined;
