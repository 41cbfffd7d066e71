import { messageOf, type MessageOf } from '../messages.ts';
import { between, pieceOf, type Piece } from '../pieces.ts';
import { burstBefore, slabSize, type Burst, type Slab } from './kept.ts';
import type { Epoch } from './origins.ts';
import { add, count, evict, type Store, type StoreLimits } from './store.ts';

/** How messages are put into the store: the payloads of one origin one after the other, in few pieces of memory. */

/** A burst is at most this part of the store, in time and in bytes: so much earlier may a message go. */
const part = 1 / 64;

/** What a burst costs beside its payloads, roughly, and what one more message in it does. */
const overhead = 256;
const entry = 16;

/** Larger payloads stay what they came in: `slabSize`. */
const small = slabSize / 4;

/** Payloads no further apart, as those that were read together are, are copied together, with what is between them. */
const apart = 128;

const noBytes = new Uint8Array(0);

export function keep(
  store: Store,
  epoch: Epoch,
  message: MessageOf<'gossip'>,
  limits: StoreLimits,
  now: number,
): void {
  const { kept } = epoch;
  const { sequence } = message;
  const before = burstBefore(kept, sequence);
  const isNext = before !== undefined && follows(before, message);
  if (isNext && append(store, before, pieceOf(message.payload), 0, limits, now) === 1) return;
  const burst = createBurst(store, epoch, sequence, message, now);
  burst.last = sequence;
  burst.bytes += message.payload.length;
  add(store, burst);
  evict(store, limits, now);
}

/** One that has nothing yet. */
const createBurst = (
  { own, others }: Store,
  epoch: Epoch,
  first: number,
  message: MessageOf<'gossip'>,
  at: number,
): Burst => ({
  epoch,
  queue: epoch.kept.isOwn ? own : others,
  first,
  last: first - 1,
  at,
  bytes: overhead,
  message,
  slab: undefined,
  resent: undefined,
});

/** For what follows this one, which has no room left. */
function goOn(store: Store, { epoch, last, message, slab }: Burst, now: number): Burst {
  let burst = createBurst(store, epoch, last + 1, message, now);
  const spare = isUsed(slab) ? store.spare : undefined;
  if (spare?.slab !== undefined) {
    store.spare = undefined;
    spare.slab.used = 0;
    burst.slab = spare.slab;
    burst.bytes += slabSize;
    burst = Object.assign(spare, burst);
  }
  add(store, burst);
  return burst;
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
      const before = burstBefore(epoch.kept, first.sequence + nr);
      const isNext = before?.last === first.sequence + nr - 1 && (nr > 0 || follows(before, first));
      let count = isNext ? append(store, before, piece, from, limits, now) : 0;
      if (
        isNext &&
        count === 0 &&
        before.slab !== undefined &&
        edges[2 * from + 1]! - edges[2 * from]! <= small
      )
        count = append(store, goOn(store, before, now), piece, from, limits, now);
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
  piece: Piece,
  from: number,
  limits: StoreLimits,
  now: number,
): number {
  if (!hasRoom(burst, limits, now)) return 0;
  const { edges } = piece;
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
  const added = next / 2 - from;
  if (added === 0) return 0;
  const before = burst.bytes;
  const slab = slabOf(store, burst, used + end - start);
  slab.bytes.set(between(piece, start, end), used);
  slab.used = used + end - start;
  let edge = 2 * (burst.last + 1 - burst.first);
  slab.edges = longEnough(slab.edges, edge + 2 * added);
  for (let i = 2 * from; i < next; i++) slab.edges[edge++] = used + edges[i]! - start;
  burst.last += added;
  burst.bytes += added * entry;
  count(store, burst, added, burst.bytes - before);
  if (store.bytes > limits.storeBytes) evict(store, limits, now);
  return added;
}

/** The burst's slab, of so many bytes at least. */
function slabOf(store: Store, burst: Burst, length: number): Slab {
  const { slab, message } = burst;
  if (slab !== undefined && length <= slab.bytes.length) return slab;
  const wanted = fillsSlabs(burst) ? slabSize : Math.min(slabSize, 2 * length);
  const spare = wanted === slabSize ? store.spare?.slab : undefined;
  if (spare !== undefined) store.spare = undefined;
  const longer = spare?.bytes ?? new Uint8Array(wanted);
  const grown = slab ?? spare ?? { bytes: longer, edges: new Uint32Array(64), used: 0 };
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

function longEnough(edges: Uint32Array, length: number): Uint32Array {
  if (length <= edges.length) return edges;
  const longer = new Uint32Array(2 * length);
  longer.set(edges);
  return longer;
}

/** Did the burst before it use its slab? Then it has a whole one at once; but of a quiet origin's few messages each two would hold one. */
function fillsSlabs({ epoch: { kept } }: Burst): boolean {
  const before = kept.bursts.length - 2;
  return before >= kept.head && isUsed(kept.bursts[before]!.slab);
}

const isUsed = (slab: Slab | undefined): boolean => slab !== undefined && slab.used > slabSize / 2;
