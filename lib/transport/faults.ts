import { defer, dematerialize, map, materialize, merge, take, throwError } from 'rxjs';
import type { Observable, ObservableNotification } from 'rxjs';
import { changeLink, mapLinks, type Fault } from './decorate.ts';
import { failure } from './failure.ts';

/** Every fault, each a function of its settings and the clock. */
export type { Fault } from './decorate.ts';
export { silent } from './silent.ts';
export { slow, type Slowness } from './slow.ts';

/** Dials are refused with this probability. `random` as Math.random: 0 up to but not 1. */
export function refused(probability: number, random: () => number): Fault {
  return (inner) => ({
    ...mapLinks(inner, (link) => link),
    dial: (address) =>
      defer(() => (random() < probability ? throwError(() => failure('ECONNREFUSED')) : inner.dial(address))),
  });
}

/** Each time `when$` emits, every link that is being read breaks, as by a reset. */
export function cut(when$: Observable<unknown>): Fault {
  const reset$ = when$.pipe(
    take(1),
    map((): ObservableNotification<Uint8Array> => ({ kind: 'E', error: failure('ECONNRESET') })),
  );
  return (inner) =>
    mapLinks(inner, (link) =>
      // The error unsubscribes from the link's own chunk$, and that cuts it.
      changeLink(link, { chunk$: merge(link.chunk$.pipe(materialize()), reset$).pipe(dematerialize()) }),
    );
}
