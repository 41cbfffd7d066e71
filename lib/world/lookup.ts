import { catchError, defer, map, of, type Observable } from 'rxjs';
import type { Event } from '../protocol/events.ts';
import type { World } from './world.ts';

/** What a seed's name stands for now, as an event; a failed lookup is one too. */
export function resolved(lookup: World['lookup'], seed: string): Observable<Event> {
  return defer(() => lookup(seed)).pipe(
    map((addresses): Event => ({
      type: 'resolved',
      seed,
      addresses,
      reason: addresses.length > 0 ? '' : 'no addresses',
    })),
    catchError((error: unknown) =>
      of<Event>({
        type: 'resolved',
        seed,
        addresses: [],
        reason: error instanceof Error ? error.message : String(error),
      }),
    ),
  );
}
