import { scan, Subject } from 'rxjs';
import { oneAtATime } from '../../../lib/loop/one-at-a-time.ts';
import { keep, type Micro } from './micro.ts';

/** The shape of `lib/peer.ts` around a step that does nothing: what the loop itself costs. */

const events = 10_000;

export const loop: readonly Micro[] = [
  {
    name: 'loop: oneAtATime, scan, subscribe',
    prepare() {
      const event$ = new Subject<number>();
      event$
        .pipe(
          oneAtATime(),
          scan((turn, event) => ({ state: turn.state + event, effects: turn.effects }), {
            state: 0,
            effects: [] as readonly unknown[],
          }),
        )
        .subscribe(keep);
      return {
        events,
        run: () => {
          for (let i = 0; i < events; i++) event$.next(i);
        },
      };
    },
  },
];
