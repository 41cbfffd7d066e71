import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Makes re-entrant values wait their turn: a value that arrives while another is still on its way down the
 * stream is queued and follows when that one is done. Order of arrival is kept.
 *
 * An effect that answers synchronously (an in-memory link, a `publish` from a subscriber) would otherwise be
 * scanned in the middle of the turn that caused it, and its successor state be overwritten. The queue is
 * private to the subscription: rxjs' `queueScheduler` is shared by every peer of the process and loses queued
 * work on a throw, `asapScheduler` costs a microtask a message.
 *
 * The source is subscribed while the queue is held, so what it says synchronously is not lost and not early.
 */
export function oneAtATime<T>(): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      /** None while nobody waits, as an outbox in `tcp-link.ts`. */
      let waiting: T[] | undefined;
      // What the source says while it is being subscribed waits.
      let busy = true;
      let ended: (() => void) | undefined;

      const rest = () => {
        // In batches: shift() on a long array is linear.
        while (waiting !== undefined && !subscriber.closed) {
          const batch: readonly T[] = waiting;
          waiting = undefined;
          for (const value of batch) subscriber.next(value);
        }
        busy = false;
        if (ended !== undefined) ended();
      };

      subscriber.add(
        source.subscribe({
          next: (value) => {
            if (busy) {
              (waiting ??= []).push(value);
              return;
            }
            // Nearly always nobody waits, and there is no queue.
            busy = true;
            subscriber.next(value);
            rest();
          },
          error: (error: unknown) => {
            ended = () => subscriber.error(error);
            if (!busy) ended();
          },
          complete: () => {
            ended = () => subscriber.complete();
            if (!busy) ended();
          },
        }),
      );
      rest();
    });
}
