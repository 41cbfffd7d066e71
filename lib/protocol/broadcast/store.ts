import { messageOf, type MessageOf } from '../messages.ts';
import { pieceOf, type Piece } from '../pieces.ts';
import { letGo, position, type Burst, type Kept, type Slab } from './kept.ts';
import type { Epoch } from './origins.ts';

/**
 * The messages kept for repair, oldest first, bounded by age and by bytes. Owned. Kept are bursts, not messages: of
 * one origin's messages that follow each other only the payloads, one after the other in one piece of memory. An
 * object a message would live for as long as the store keeps it, and a garbage collection that finds tens of
 * thousands of young objects alive copies them all: that cost more than all else that is done for a message.
 */
export interface Store {
  readonly others: Queue;
  /**
   * What we said ourselves: the last of it stays, however much others say. What a neighbor is owed of it, while the
   * application waits for that neighbor, would else be pushed out: at full speed others fill the store in half a second.
   */
  readonly own: Queue;
  /**
   * A burst that went, with its slab, for the next one: new memory comes page by page from the system, which costs more than
   * the copying, and objects that live as long as these have V8 double the young part of its heap, again and again.
   */
  spare: Burst | undefined;
  messages: number;
  bytes: number;
}

/** Bursts as they came: `head` is the oldest that is still kept. */
interface Queue {
  bursts: Burst[];
  head: number;
  bytes: number;
}

/** So much of it is for what we said ourselves. */
const ownPart = 1 / 8;

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

const createQueue = (): Queue => ({ bursts: [], head: 0, bytes: 0 });

const noBytes = new Uint8Array(0);

export const createStore = (): Store => ({
  others: createQueue(),
  own: createQueue(),
  spare: undefined,
  messages: 0,
  bytes: 0,
});

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
  const burst = createBurst(epoch, sequence, message, now);
  burst.last = sequence;
  burst.bytes += message.payload.length;
  add(store, burst);
  evict(store, limits, now);
}

/** One that has nothing yet. */
const createBurst = (epoch: Epoch, first: number, message: MessageOf<'gossip'>, at: number): Burst => ({
  epoch,
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
  let burst = createBurst(epoch, last + 1, message, now);
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

function add(store: Store, burst: Burst): void {
  const { epoch, first, last, bytes } = burst;
  const { kept } = epoch;
  queueOf(store, kept).bursts.push(burst);
  count(store, kept, last - first + 1, bytes);
  kept.bursts.splice(position(kept, first), 0, burst);
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
      const latest = epoch.kept.bursts.at(-1);
      const isNext = latest?.last === first.sequence + nr - 1 && (nr > 0 || follows(latest, first));
      let count = isNext ? append(store, latest, piece, from, limits, now) : 0;
      if (
        isNext &&
        count === 0 &&
        latest.slab !== undefined &&
        edges[2 * from + 1]! - edges[2 * from]! <= small
      )
        count = append(store, goOn(store, latest, now), piece, from, limits, now);
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
  const added = next / 2 - from;
  if (added === 0) return 0;
  const before = burst.bytes;
  const slab = slabOf(store, burst, used + end - start);
  slab.bytes.set(end - start === bytes.length ? bytes : bytes.subarray(start, end), used);
  slab.used = used + end - start;
  let edge = 2 * (burst.last + 1 - burst.first);
  slab.edges = longEnough(slab.edges, edge + 2 * added);
  for (let i = 2 * from; i < next; i++) slab.edges[edge++] = used + edges[i]! - start;
  burst.last += added;
  burst.bytes += added * entry;
  count(store, burst.epoch.kept, added, burst.bytes - before);
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

const queueOf = (store: Store, { isOwn }: Kept): Queue => (isOwn ? store.own : store.others);

function count(store: Store, kept: Kept, messages: number, bytes: number): void {
  store.messages += messages;
  store.bytes += bytes;
  queueOf(store, kept).bytes += bytes;
}

/** Lets go what is too old or too much. */
export function evict(store: Store, limits: StoreLimits, now: number): void {
  for (let queue = toShorten(store, limits, now); queue; queue = toShorten(store, limits, now)) {
    const oldest = queue.bursts[queue.head++]!;
    const { kept } = oldest.epoch;
    letGo(kept, oldest);
    count(store, kept, oldest.first - oldest.last - 1, -oldest.bytes);
    if (oldest.slab?.bytes.length === slabSize) store.spare = oldest;
    // The dead front of the queue still holds its bursts: cut it off before it outgrows the rest.
    if (queue.head > 64 && queue.head * 2 > queue.bursts.length) {
      queue.bursts = queue.bursts.slice(queue.head);
      queue.head = 0;
    }
  }
}

/** The one with the oldest, if that is to go; that of others, if ours is within its part. */
function toShorten(
  { own, others, bytes }: Store,
  { storeAge, storeBytes }: StoreLimits,
  now: number,
): Queue | undefined {
  const [ours, theirs] = [headAt(own), headAt(others)];
  if (bytes <= storeBytes && now - Math.min(ours, theirs) < storeAge) return undefined;
  if (now - ours >= storeAge) return own;
  const isOurs = ours < theirs && (own.bytes > storeBytes * ownPart || theirs === Infinity);
  return isOurs ? own : theirs < Infinity ? others : undefined;
}

const headAt = ({ bursts, head }: Queue): number => bursts[head]?.at ?? Infinity;

/** When the oldest that is kept came; Infinity when nothing is. */
export const oldestAt = ({ own, others }: Store): number => Math.min(headAt(own), headAt(others));

/** Since when all is kept; Infinity when nothing is. */
export function wholeSince({ own, others }: Store): number {
  const theirs = headAt(others);
  return theirs < Infinity ? theirs : headAt(own);
}
