import { letGo, position, slabSize, type Burst } from './kept.ts';

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
export interface Queue {
  bursts: Burst[];
  head: number;
  bytes: number;
}

/** So much of it is for what we said ourselves. */
const ownPart = 1 / 8;

const createQueue = (): Queue => ({ bursts: [], head: 0, bytes: 0 });

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

export function add(store: Store, burst: Burst): void {
  const { epoch, first, last, bytes, queue } = burst;
  const { kept } = epoch;
  queue.bursts.push(burst);
  count(store, burst, last - first + 1, bytes);
  kept.bursts.splice(position(kept, first), 0, burst);
}

/** A burst has become larger, or is gone. */
export function count(store: Store, { queue }: Burst, messages: number, bytes: number): void {
  store.messages += messages;
  store.bytes += bytes;
  queue.bytes += bytes;
}

/** Lets go what is too old or too much. */
export function evict(store: Store, limits: StoreLimits, now: number): void {
  for (let queue = toShorten(store, limits, now); queue; queue = toShorten(store, limits, now)) {
    const oldest = queue.bursts[queue.head++]!;
    letGo(oldest.epoch.kept, oldest);
    count(store, oldest, oldest.first - oldest.last - 1, -oldest.bytes);
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
