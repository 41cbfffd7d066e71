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
   * What would have gone, but for a neighbor that is still to be sent it. A link that is behind by what the sockets hold
   * is so for seconds, and that is known; who else may ask is not.
   */
  readonly owed: Queue;
  readonly isOwed: (burst: Burst) => boolean;
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
  readonly bursts: Burst[];
  head: number;
  bytes: number;
}

/** So much of it is for what we said ourselves. */
export const ownPart = 1 / 8;

/** So much at most for what neighbors are owed. */
const owedPart = 1 / 2;

const createQueue = (): Queue => ({ bursts: [], head: 0, bytes: 0 });

export const createStore = (isOwed: Store['isOwed'] = () => false): Store => ({
  others: createQueue(),
  own: createQueue(),
  owed: createQueue(),
  isOwed,
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
    if (queue === store.others && store.isOwed(oldest)) reserve(store, oldest);
    else {
      letGo(oldest.epoch.kept, oldest);
      count(store, oldest, oldest.first - oldest.last - 1, -oldest.bytes);
      if (oldest.slab?.bytes.length === slabSize) store.spare = oldest;
    }
    // The dead front of the queue still holds its bursts: cut it off before it outgrows the rest.
    if (queue.head > 64 && queue.head * 2 > queue.bursts.length) {
      queue.bursts.splice(0, queue.head);
      queue.head = 0;
    }
  }
}

function reserve({ others, owed }: Store, burst: Burst): void {
  others.bytes -= burst.bytes;
  owed.bytes += burst.bytes;
  owed.bursts.push(burst);
  burst.queue = owed;
}

/** The one with the oldest, if that is to go; what is owed to nobody any more, or beyond its part, first; that of others, if ours is within its part. */
function toShorten(store: Store, { storeAge, storeBytes }: StoreLimits, now: number): Queue | undefined {
  const { own, others, owed, bytes } = store;
  const [ours, theirs, reserved] = [headAt(own), headAt(others), headAt(owed)];
  if (bytes <= storeBytes && now - Math.min(ours, theirs, reserved) < storeAge) return undefined;
  if (now - ours >= storeAge) return own;
  const isOver = now - reserved >= storeAge || owed.bytes > storeBytes * owedPart;
  if (reserved < Infinity && (isOver || !store.isOwed(owed.bursts[owed.head]!))) return owed;
  const isOurs = ours < theirs && (own.bytes > storeBytes * ownPart || theirs === Infinity);
  return isOurs ? own : theirs < Infinity ? others : undefined;
}

const headAt = ({ bursts, head }: Queue): number => bursts[head]?.at ?? Infinity;

/** When the oldest that is kept came; Infinity when nothing is. */
export const oldestAt = ({ own, others, owed }: Store): number =>
  Math.min(headAt(own), headAt(others), headAt(owed));

/** Since when all is kept, owed or not; Infinity when nothing is. */
export function wholeSince({ own, others }: Store): number {
  const theirs = headAt(others);
  return theirs < Infinity ? theirs : headAt(own);
}
