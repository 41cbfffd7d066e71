import {
  filter,
  Observable,
  switchMap,
  take,
  throwError,
  timeout,
  type SchedulerLike,
  type Subscriber,
} from 'rxjs';
import { defaults } from '../options.ts';
import { changeLink, mapLinks, type Fault } from './decorate.ts';
import { timedOut } from './failure.ts';
import type { Link } from './transport.ts';

/**
 * While `on$` says true nothing comes or goes and no link goes down, as with a pulled cable or a frozen machine;
 * dials time out. Nothing is lost for good, because TCP would send it again: it is held, and passed on in order
 * when the silence is over. Closing the transport ends its silence. `on$` must say how it stands when subscribed
 * (a BehaviorSubject does).
 */
export function silent(
  on$: Observable<boolean>,
  clock: SchedulerLike,
  dialTimeout = defaults.dialTimeout,
): Fault {
  const heard$ = on$.pipe(
    filter((on) => !on),
    take(1),
    timeout({ first: dialTimeout, scheduler: clock, with: () => throwError(() => timedOut(dialTimeout)) }),
  );
  return (inner) => {
    const gate = createGate(on$);
    const hushed = mapLinks(inner, (link) => silentLink(link, gate));
    return {
      ...hushed,
      dial: (address) => heard$.pipe(switchMap(() => hushed.dial(address))),
      close: (graceMs) => {
        gate.stop();
        return inner.close(graceMs);
      },
    };
  };
}

function silentLink(link: Link, gate: Gate): Link {
  let held = 0;
  let reader: Subscriber<Uint8Array> | undefined;
  return changeLink(link, {
    chunk$: new Observable((subscriber) => {
      reader = subscriber;
      const reading = link.chunk$.subscribe({
        next: (chunk) => {
          const kept = gate.isOpen() ? chunk : new Uint8Array(chunk);
          gate.pass(() => subscriber.next(kept));
        },
        error: (error: unknown) => gate.pass(() => subscriber.error(error)),
        complete: () => gate.pass(() => subscriber.complete()),
      });
      return () => gate.pass(() => reading.unsubscribe());
    }),
    drain$: link.drain$.pipe(filter(() => held === 0)),
    held: () => held,
    write: (bytes) => {
      held += bytes.length;
      gate.pass(() => {
        held -= bytes.length;
        link.write(bytes);
      });
    },
    end: () => gate.pass(() => link.end()),
    // This end knows at once, the other one when it can be heard again.
    cut: () => {
      gate.pass(() => link.cut());
      reader?.complete();
    },
  });
}

interface Gate {
  isOpen(): boolean;
  /** Does it now, or when the gate opens, after all that came before. */
  pass(action: () => void): void;
  /** Opens for good. */
  stop(): void;
}

function createGate(shut$: Observable<boolean>): Gate {
  const held: (() => void)[] = [];
  let shut = false;
  const turn = (to: boolean): void => {
    shut = to;
    while (!shut && held.length > 0) held.shift()!();
  };
  // A switch that breaks leaves the gate open.
  const turns = shut$.subscribe({ next: turn, error: () => turn(false) });
  const isOpen = (): boolean => !shut && held.length === 0;
  return {
    isOpen,
    pass: (action) => (isOpen() ? action() : void held.push(action)),
    stop: () => {
      turns.unsubscribe();
      turn(false);
    },
  };
}
