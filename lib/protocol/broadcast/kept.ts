import type { LinkId } from '../events.ts';
import { messageOf, type Burst as Messages, type MessageOf } from '../messages.ts';
import { pieceOf } from '../pieces.ts';
import { position as positionIn, type Gap } from './runs.ts';
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
  readonly bursts: Burst[];
  head: number;
}

export const createKept = (isOwn: boolean): Kept => ({ isOwn, bursts: [], head: 0 });

/** The burst with this message, if it is kept. */
export function burstOf(kept: Kept, sequence: number): Burst | undefined {
  const burst = kept.bursts[position(kept, sequence)];
  return burst !== undefined && burst.first <= sequence ? burst : undefined;
}

/** The last burst that ends below this one, if there is one. */
export function burstBefore(kept: Kept, sequence: number): Burst | undefined {
  const before = position(kept, sequence) - 1;
  return before < kept.head ? undefined : kept.bursts[before];
}

/**
 * What is kept of a run together with its first message, which is kept: until they have so many bytes, and one at least. The
 * payloads are a copy, because a burst's memory is used again.
 */
export function keptFrom(kept: Kept, { first, last }: Gap, room: number): Messages {
  const burst = burstOf(kept, first)!;
  const { message, slab } = burst;
  if (slab === undefined) return { first: message, pieces: [pieceOf(message.payload)] };
  const nr = 2 * (first - burst.first);
  const end = 2 * (Math.min(last, burst.last) + 1 - burst.first);
  const start = slab.edges[nr]!;
  const edges: number[] = [];
  for (let i = nr; i < end && (i === nr || slab.edges[i]! - start < room); i += 2)
    edges.push(slab.edges[i]! - start, slab.edges[i + 1]! - start);
  const bytes = slab.bytes.slice(start, start + edges.at(-1)!);
  return {
    first: messageOf(message, first - message.sequence, bytes.subarray(0, edges[1])),
    pieces: [{ bytes, edges }],
  };
}

/** The lowest sequence from this one on that is kept; Infinity when there is none. */
export const nextKept = (kept: Kept, sequence: number): number =>
  Math.max(sequence, kept.bursts[position(kept, sequence)]?.first ?? Infinity);

/** What is kept from this one on takes so many bytes, about; no more than `most` of them are counted. */
export function bytesFrom({ bursts, head }: Kept, sequence: number, most: number): number {
  let bytes = 0;
  for (let i = bursts.length - 1; i >= head && bursts[i]!.last >= sequence && bytes < most; i--)
    bytes += bursts[i]!.bytes;
  return bytes;
}

/** When it came, or the next that is kept; Infinity when there is none. */
export const keptSince = (kept: Kept, sequence: number): number =>
  kept.bursts[position(kept, sequence)]?.at ?? Infinity;

/** Where the first burst is that does not end below `sequence`. */
export const position = ({ bursts, head }: Kept, sequence: number): number =>
  positionIn(bursts, sequence, head);

/** What came first is nearly always the lowest: then it is only passed by, because `shift` on a long array is linear. */
export function letGo(kept: Kept, burst: Burst): void {
  if (kept.bursts[kept.head] !== burst) kept.bursts.splice(kept.bursts.indexOf(burst, kept.head), 1);
  else if (++kept.head * 2 > kept.bursts.length) {
    kept.bursts.splice(0, kept.head);
    kept.head = 0;
  }
}
