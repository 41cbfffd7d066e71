import { noProof, type MessageOf } from '../messages.ts';
import type { Epoch } from './origins.ts';

/**
 * The messages kept for repair, oldest first, bounded by age and by bytes. Owned. Kept are bursts, not messages: of
 * one origin's messages that follow each other only the payloads, one after the other in one piece of memory. An
 * object a message would live for as long as the store keeps it, and a garbage collection that finds tens of
 * thousands of young objects alive copies them all: that cost more than all else that is done for a message.
 */
export interface Store {
  /** A queue: `head` is the oldest that is still kept. */
  queue: Burst[];
  head: number;
  /** The memory of a burst that went, for the next one: new memory comes page by page from the system, which costs more than the copying. */
  spare: Uint8Array | undefined;
  messages: number;
  bytes: number;
}

/** Consecutive messages that differ in their payloads only. */
export interface Burst {
  readonly epoch: Epoch;
  readonly first: number;
  last: number;
  /** When the first of them came. */
  readonly at: number;
  /** What it takes, about. */
  bytes: number;
  /** The first message; for as long as it is the only one its payload is where the burst's are. */
  readonly message: MessageOf<'gossip'>;
  /** The payloads, from the second message on, and where each ends. */
  slab: Uint8Array | undefined;
  ends: number[] | undefined;
}

/** The kept bursts of one epoch, by sequence, from `head` on. */
export interface Kept {
  bursts: Burst[];
  head: number;
}

/** A burst is at most this part of the store, in time and in bytes: so much earlier may a message go. */
const part = 1 / 64;

/** What a burst costs beside its payloads, roughly, and what one more message in it does. */
const overhead = 256;
const entry = 8;

/** Payloads of a burst are kept in pieces of this size. Larger ones than `small` stay what they came in: a copy costs more than an object. */
const slabSize = 64 * 1024;
const small = 4096;

export const createStore = (): Store => ({ queue: [], head: 0, spare: undefined, messages: 0, bytes: 0 });
export const createKept = (): Kept => ({ bursts: [], head: 0 });

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
  const { kept } = epoch;
  const latest = kept.bursts[kept.bursts.length - 1];
  store.messages += 1;
  if (latest !== undefined && follows(latest, message) && now - latest.at < limits.storeAge * part) {
    const before = latest.bytes;
    if (before < limits.storeBytes * part && append(store, latest, message.payload)) {
      store.bytes += latest.bytes - before;
      if (store.bytes > limits.storeBytes) evict(store, limits, now);
      return;
    }
  }
  const { sequence } = message;
  const burst: Burst = {
    ...{ epoch, first: sequence, last: sequence, at: now, message },
    ...{ bytes: overhead + message.payload.length, slab: undefined, ends: undefined },
  };
  store.queue.push(burst);
  store.bytes += burst.bytes;
  kept.bursts.splice(position(kept, sequence), 0, burst);
  evict(store, limits, now);
}

const follows = ({ last, message }: Burst, next: MessageOf<'gossip'>): boolean =>
  next.sequence === last + 1 &&
  next.payload.length <= small &&
  next.hop === message.hop &&
  next.topic === message.topic &&
  next.address === message.address &&
  next.proof.length === 0 &&
  message.proof.length === 0;

/** Makes the burst longer by one message; false when there is no room for it. */
function append(store: Store, burst: Burst, payload: Uint8Array): boolean {
  const { slab, ends, message } = burst;
  const used = ends === undefined ? message.payload.length : ends[ends.length - 1]!;
  const end = used + payload.length;
  if (slab === undefined || end > slab.length) {
    if (end > slabSize) return false;
    const grown = store.spare ?? new Uint8Array(Math.min(slabSize, 4 * end));
    store.spare = undefined;
    grown.set(slab ?? message.payload);
    burst.bytes += grown.length - (slab ?? message.payload).length;
    burst.slab = grown;
    burst.ends = ends ?? [used];
  }
  burst.slab!.set(payload, used);
  burst.ends!.push(end);
  burst.bytes += entry;
  burst.last += 1;
  return true;
}

/** The burst with this message, if it is kept. */
export function burstOf(kept: Kept, sequence: number): Burst | undefined {
  const burst = kept.bursts[position(kept, sequence)];
  return burst !== undefined && burst.first <= sequence ? burst : undefined;
}

/** The message as it came, if it is kept: the payload is a copy, because a burst's memory is used again. */
export function keptOf(kept: Kept, sequence: number): MessageOf<'gossip'> | undefined {
  const burst = burstOf(kept, sequence);
  if (burst?.slab === undefined) return burst?.message;
  const nr = sequence - burst.first;
  const payload = burst.slab.slice(nr === 0 ? 0 : burst.ends![nr - 1]!, burst.ends![nr]);
  return { ...burst.message, sequence, payload, proof: noProof };
}

/** The lowest sequence from this one on that is kept; Infinity when there is none. */
export const nextKept = (kept: Kept, sequence: number): number =>
  Math.max(sequence, kept.bursts[position(kept, sequence)]?.first ?? Infinity);

/** Where the first burst is that does not end below `sequence`: by halves, but nearly always the last or none is asked for. */
function position({ bursts, head }: Kept, sequence: number): number {
  let low = head;
  let high = bursts.length;
  if (high > low && bursts[high - 1]!.last < sequence) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bursts[middle]!.last < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lets go what is too old or too much. */
export function evict(store: Store, { storeAge, storeBytes }: StoreLimits, now: number): void {
  const { queue } = store;
  while (store.head < queue.length) {
    const oldest = queue[store.head]!;
    if (store.bytes <= storeBytes && now - oldest.at < storeAge) break;
    letGo(oldest.epoch.kept, oldest);
    store.messages -= oldest.last - oldest.first + 1;
    store.bytes -= oldest.bytes;
    if (oldest.slab?.length === slabSize) store.spare = oldest.slab;
    store.head += 1;
  }
  // The dead front of the queue still holds its bursts: cut it off before it outgrows the rest.
  if (store.head > 64 && store.head * 2 > queue.length) {
    store.queue = queue.slice(store.head);
    store.head = 0;
  }
}

/** What came first is nearly always the lowest: then it is only passed by, because `shift` on a long array is linear. */
function letGo(kept: Kept, burst: Burst): void {
  if (kept.bursts[kept.head] !== burst) kept.bursts.splice(kept.bursts.indexOf(burst, kept.head), 1);
  else if (++kept.head * 2 > kept.bursts.length) {
    kept.bursts = kept.bursts.slice(kept.head);
    kept.head = 0;
  }
}

/** When the oldest is due to go; undefined when nothing is kept. */
export const nextEviction = ({ queue, head }: Store, { storeAge }: StoreLimits): number | undefined =>
  head < queue.length ? queue[head]!.at + storeAge : undefined;
