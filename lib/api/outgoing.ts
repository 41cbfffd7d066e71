import type { SchedulerLike } from 'rxjs';
import { QueueFullError } from '../errors.ts';
import type { Event } from '../protocol/events.ts';
import { bytesOf, countOf, type Piece } from '../protocol/pieces.ts';
import { packed } from '../wire/pack.ts';
import { createBatch } from './batch.ts';
import { createGate } from './gate.ts';

/** What the application says, on its way into the peer's loop. */
export interface Outgoing {
  /** Resolves when the loop has taken it and the application may go on. Throws when more waits than may. */
  publish(payload: Uint8Array, topic: string): Promise<void>;
  /** May the application go on? Throws as `publish` does. */
  send(payload: Uint8Array, topic: string): boolean;
  /** Resolves when it may. */
  drained(): Promise<void>;
  /** Sends on what was said and waits for the end of the turn. */
  flush(): void;
  /** The loop has taken all up to this `ref`, of which these are new. */
  taken(ref: number, pieces: readonly Piece[]): void;
  /** What the protocol says of who may go on. */
  flow(open: boolean): void;
  /** Nothing is taken any more: who waits hears why. */
  end(why: Error): void;
  /** The loop has ended with a bug: what is said from now on throws it. */
  fail(bug: Error): void;
  queuedBytes(): number;
}

export interface OutgoingLimits {
  readonly highWater: number;
  readonly outboxLimit: number;
}

export interface Waiter {
  resolve: () => void;
  reject: (error: Error) => void;
}

/** About what a message takes beside its bytes. */
const overhead = 256;

/** What is sent in one turn of the event loop enters the peer's loop in parts of so many bytes, `overhead` and all, or of half `highWater`. */
const batchBytes = 128 * 1024;

/** `tell` has the loop take an event before it returns, unless the loop is calling us. */
export function createOutgoing(
  tell: (event: Event) => void,
  { clock, soon }: { readonly clock: SchedulerLike; readonly soon: (work: () => void) => void },
  { highWater, outboxLimit }: OutgoingLimits,
): Outgoing {
  const gate = createGate(clock, 2 * highWater);
  /** Who has published from within a callback, by `ref`. */
  const publishing = new Map<number, Waiter>();
  /** The latest that was told to the loop, and the latest that it has taken: apart only within a callback. */
  let [lastRef, takenRef, queued] = [0, 0, 0];
  let failure: Error | undefined;

  const one = (payload: Uint8Array, topic: string) =>
    tell({ type: 'publish', ref: ++lastRef, topic, payload });
  const several = (payloads: readonly Uint8Array[], topic: string) =>
    tell({ type: 'publishBurst', ref: (lastRef += payloads.length), topic, pieces: [packed(payloads)] });
  const batch = createBatch({ one, several }, soon, {
    most: Math.min(batchBytes, highWater / 2),
    overhead,
  });

  const count = ({ length }: Uint8Array) => {
    if (queued >= outboxLimit) throw new QueueFullError(outboxLimit);
    queued += length + overhead;
  };
  const throwFailure = () => {
    if (failure !== undefined) throw failure;
  };
  const isTaken = () => takenRef === lastRef;
  const untilTaken = () =>
    new Promise<void>((resolve, reject) => publishing.set(lastRef, { resolve, reject }));
  const end = (why: Error) => {
    for (const waiter of publishing.values()) waiter.reject(why);
    publishing.clear();
    gate.close();
  };

  return {
    publish(payload, topic) {
      count(payload);
      batch.flush();
      one(payload, topic);
      throwFailure();
      return isTaken() ? gate.wait() : untilTaken().then(() => gate.wait());
    },
    send(payload, topic) {
      count(payload);
      batch.add(payload, topic);
      throwFailure();
      return gate.isOpen() && queued < highWater;
    },
    drained() {
      batch.flush();
      // Within a callback the loop has still to take what was told: it has when the callback has returned.
      return isTaken() ? gate.wait() : Promise.resolve().then(() => gate.wait());
    },
    flush: () => batch.flush(),
    taken(ref, pieces) {
      const bytes = bytesOf(pieces) + countOf(pieces) * overhead;
      takenRef = ref;
      queued -= bytes;
      gate.spend(bytes);
      publishing.get(ref)?.resolve();
      publishing.delete(ref);
    },
    flow: (open) => gate.set(open),
    end,
    fail(bug) {
      failure = bug;
      end(bug);
    },
    queuedBytes: () => queued,
  };
}
