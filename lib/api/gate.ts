import type { SchedulerLike, Subscription } from 'rxjs';

/** Where the application waits: as long as the protocol holds it up, and now and then for other work to be done. */
export interface Gate {
  isOpen(): boolean;
  /** Resolves when it is open. One promise for all who wait; never rejects. */
  wait(): Promise<void>;
  /** What the protocol says of it. */
  set(open: boolean): void;
  /** Counts what passes: after `breath` bytes the gate is shut until the event loop has gone round once. */
  spend(bytes: number): void;
  /** Opens for good. */
  close(): void;
}

const resolved = Promise.resolve();

/**
 * The protocol alone would let a loop of `await publish()` run for ever where nobody has to be waited for (no
 * neighbor, or only demoted ones). It would keep the event loop, and with it every socket, for itself.
 */
export function createGate(clock: SchedulerLike, breath: number): Gate {
  let allowed = true;
  let breathing: Subscription | undefined;
  let spent = 0;
  let waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  const isOpen = () => allowed && breathing === undefined;
  const changed = () => {
    if (!isOpen()) return;
    waiting?.resolve();
    waiting = undefined;
  };
  const inhaled = () => {
    breathing = undefined;
    changed();
  };

  return {
    isOpen,
    wait() {
      if (isOpen()) return resolved;
      if (waiting === undefined) {
        let resolve = () => {};
        const promise = new Promise<void>((done) => (resolve = done));
        waiting = { promise, resolve };
      }
      return waiting.promise;
    },
    set(open) {
      allowed = open;
      spent = 0;
      changed();
    },
    spend(bytes) {
      spent += bytes;
      if (spent < breath || breathing !== undefined) return;
      spent = 0;
      breathing = clock.schedule(inhaled);
    },
    close() {
      allowed = true;
      breathing?.unsubscribe();
      inhaled();
    },
  };
}
