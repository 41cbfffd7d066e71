import { messageOf, type MessageOf } from '../messages.ts';
import { pieceOf, type Piece } from '../pieces.ts';
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
  spare: Slab | undefined;
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
  /** The first message; without its payload as soon as the slab has it. */
  message: MessageOf<'gossip'>;
  /** The payloads, from the second message on. */
  slab: Slab | undefined;
}

/** Payloads one after the other. */
interface Slab {
  bytes: Uint8Array;
  /** Where each begins and ends; what is beyond `used` is of a burst that went. */
  readonly edges: number[];
  used: number;
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
const entry = 16;

/**
 * Payloads of a burst are kept in pieces of this size; larger ones than `small` stay what they came in. What comes in is memory beside
 * V8's heap: copied, it dies young and is had back for little; kept, only a collection of the whole heap frees it, and
 * V8 makes one after every 8 MB. That took more of a receiver of 16 KiB messages than copying them does.
 */
const slabSize = 64 * 1024;
const small = slabSize / 4;

/** Payloads no further apart, as those that were read together are, are copied together, with what is between them. */
const apart = 128;
const noBytes = new Uint8Array(0);

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
  const isNext = latest !== undefined && follows(latest, message);
  if (isNext && append(store, latest, pieceOf(message.payload), 0, limits, now) === 1) return;
  const { sequence } = message;
  const burst: Burst = {
    epoch,
    first: sequence,
    last: sequence,
    at: now,
    bytes: overhead + message.payload.length,
    message,
    slab: undefined,
  };
  store.queue.push(burst);
  store.messages += 1;
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

/** The same for messages that follow each other: of `first` and those after it these are the payloads. */
export function keepAll(
  store: Store,
  epoch: Epoch,
  first: MessageOf<'gossip'>,
  pieces: readonly Piece[],
  limits: StoreLimits,
  now: number,
): void {
  let nr = 0;
  for (const piece of pieces) {
    const { bytes, edges } = piece;
    for (let from = 0; 2 * from < edges.length;) {
      // The first may follow a burst that is not like it: `keep` sees to that.
      const latest = nr === 0 ? undefined : epoch.kept.bursts.at(-1);
      const isNext = latest?.last === first.sequence + nr - 1;
      let count = isNext ? append(store, latest, piece, from, limits, now) : 0;
      if (count === 0) {
        const payload = bytes.subarray(edges[2 * from], edges[2 * from + 1]);
        keep(store, epoch, messageOf(first, nr, payload), limits, now);
        count = 1;
      }
      from += count;
      nr += count;
    }
  }
}

const hasRoom = ({ at, bytes }: Burst, { storeAge, storeBytes }: StoreLimits, now: number): boolean =>
  now - at < storeAge * part && bytes < storeBytes * part;

/**
 * Makes the burst longer by the payloads of a piece, from this one on, that lie together and that it has room for;
 * returns how many that is.
 */
function append(
  store: Store,
  burst: Burst,
  { bytes, edges }: Piece,
  from: number,
  limits: StoreLimits,
  now: number,
): number {
  if (!hasRoom(burst, limits, now)) return 0;
  const used = burst.slab?.used ?? burst.message.payload.length;
  const room = slabSize - used;
  const start = edges[2 * from]!;
  let end = start;
  let next = 2 * from;
  for (; next < edges.length; next += 2) {
    const at = edges[next]!;
    const after = edges[next + 1]!;
    if (at - end > apart || after - at > small || after - start > room) break;
    end = after;
  }
  const count = next / 2 - from;
  if (count === 0) return 0;
  const before = burst.bytes;
  const slab = slabOf(store, burst, used + end - start);
  slab.bytes.set(end - start === bytes.length ? bytes : bytes.subarray(start, end), used);
  slab.used = used + end - start;
  let edge = 2 * (burst.last + 1 - burst.first);
  for (let i = 2 * from; i < next; i++) slab.edges[edge++] = used + edges[i]! - start;
  burst.last += count;
  burst.bytes += count * entry;
  store.messages += count;
  store.bytes += burst.bytes - before;
  if (store.bytes > limits.storeBytes) evict(store, limits, now);
  return count;
}

/** The burst's slab, of so many bytes at least. */
function slabOf(store: Store, burst: Burst, length: number): Slab {
  const { slab, message } = burst;
  if (slab !== undefined && length <= slab.bytes.length) return slab;
  const wanted = fillsSlabs(burst) ? slabSize : Math.min(slabSize, 2 * length);
  const spare = wanted === slabSize ? store.spare : undefined;
  if (spare !== undefined) store.spare = undefined;
  const longer = spare?.bytes ?? new Uint8Array(wanted);
  const grown = slab ?? spare ?? { bytes: longer, edges: [], used: 0 };
  longer.set(slab?.bytes ?? message.payload);
  burst.bytes += longer.length - (slab?.bytes ?? message.payload).length;
  grown.bytes = longer;
  if (slab === undefined) {
    grown.edges[0] = 0;
    grown.edges[1] = grown.used = message.payload.length;
    burst.slab = grown;
    burst.message = messageOf(message, 0, noBytes);
  }
  return grown;
}

/** Did the burst before it use its slab? Then it has a whole one at once; but of a quiet origin's few messages each two would hold one. */
function fillsSlabs({ epoch: { kept } }: Burst): boolean {
  const before = kept.bursts.length - 2;
  return before >= kept.head && (kept.bursts[before]!.slab?.used ?? 0) > slabSize / 2;
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
  const { bytes, edges } = burst.slab;
  const nr = sequence - burst.first;
  return messageOf(burst.message, nr, bytes.slice(edges[2 * nr], edges[2 * nr + 1]));
}

/** The lowest sequence from this one on that is kept; Infinity when there is none. */
export const nextKept = (kept: Kept, sequence: number): number =>
  Math.max(sequence, kept.bursts[position(kept, sequence)]?.first ?? Infinity);

/** When it came, or the next that is kept; Infinity when there is none. */
export const keptSince = (kept: Kept, sequence: number): number =>
  kept.bursts[position(kept, sequence)]?.at ?? Infinity;

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
    if (oldest.slab?.bytes.length === slabSize) store.spare = oldest.slab;
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

/** When the oldest that is kept came; Infinity when nothing is. */
export const oldestAt = ({ queue, head }: Store): number => queue[head]?.at ?? Infinity;
