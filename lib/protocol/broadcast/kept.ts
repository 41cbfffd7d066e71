import type { LinkId } from '../events.ts';
import { messageOf, type MessageOf } from '../messages.ts';
import type { Epoch } from './origins.ts';
import type { Queue } from './store.ts';

/** Consecutive messages that differ in their payloads only. */
export interface Burst {
  epoch: Epoch;
  /** Among which it is counted. */
  queue: Queue;
  first: number;
  last: number;
  /** When the first of them came. */
  at: number;
  /** What it takes, about. */
  bytes: number;
  /** The first message; or, as soon as the slab has its payload, one of the same origin, without, that differs in its sequence at most. */
  message: MessageOf<'gossip'>;
  /** The payloads, from the second message on. */
  slab: Slab | undefined;
  /** How often each was sent over each link in answer to a GRAFT: `regrafts.ts`. */
  resent: Map<LinkId, number[]> | undefined;
}

/**
 * Payloads of a burst are kept in pieces of this size; those larger than a quarter of it stay what they came in. What comes in is memory beside
 * V8's heap: copied, it dies young and is had back for little; kept, only a collection of the whole heap frees it, and
 * V8 makes one after every 8 MB. That took more of a receiver of 16 KiB messages than copying them does.
 */
export const slabSize = 64 * 1024;

/** Payloads one after the other. */
export interface Slab {
  bytes: Uint8Array;
  /** Where each begins and ends; what is beyond `used` is of a burst that went. */
  edges: Uint32Array;
  used: number;
}

/** The kept bursts of one epoch, by sequence, from `head` on. */
export interface Kept {
  /** Did we say them ourselves? */
  readonly isOwn: boolean;
  bursts: Burst[];
  head: number;
}

export const createKept = (isOwn: boolean): Kept => ({ isOwn, bursts: [], head: 0 });

/** The burst with this message, if it is kept. */
export function burstOf(kept: Kept, sequence: number): Burst | undefined {
  const burst = kept.bursts[position(kept, sequence)];
  return burst !== undefined && burst.first <= sequence ? burst : undefined;
}

/** The message as it came, if it is kept: the payload is a copy, because a burst's memory is used again. */
export function keptOf(kept: Kept, sequence: number): MessageOf<'gossip'> | undefined {
  const burst = burstOf(kept, sequence);
  if (burst?.slab === undefined) return burst?.message;
  const { message, first } = burst;
  const { bytes, edges } = burst.slab;
  const nr = sequence - first;
  return messageOf(message, sequence - message.sequence, bytes.slice(edges[2 * nr], edges[2 * nr + 1]));
}

/** The lowest sequence from this one on that is kept; Infinity when there is none. */
export const nextKept = (kept: Kept, sequence: number): number =>
  Math.max(sequence, kept.bursts[position(kept, sequence)]?.first ?? Infinity);

/** When it came, or the next that is kept; Infinity when there is none. */
export const keptSince = (kept: Kept, sequence: number): number =>
  kept.bursts[position(kept, sequence)]?.at ?? Infinity;

/** Where the first burst is that does not end below `sequence`: by halves, but nearly always the last or none is asked for. */
export function position({ bursts, head }: Kept, sequence: number): number {
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

/** What came first is nearly always the lowest: then it is only passed by, because `shift` on a long array is linear. */
export function letGo(kept: Kept, burst: Burst): void {
  if (kept.bursts[kept.head] !== burst) kept.bursts.splice(kept.bursts.indexOf(burst, kept.head), 1);
  else if (++kept.head * 2 > kept.bursts.length) {
    kept.bursts = kept.bursts.slice(kept.head);
    kept.head = 0;
  }
}
