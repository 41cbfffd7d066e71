import { filter, take, takeUntil, timer, type SchedulerLike } from 'rxjs';
import type { RunningPeer } from '../peer.ts';

/** Does it keep payloads back for neighbors that do not keep up? */
export const owes = (running: Pick<RunningPeer, 'state'>): boolean => running.state().broadcast.slow.size > 0;

/**
 * Resolves when slow neighbors have been sent what they are owed, and after `limitMs` at the latest: a peer that
 * has left sends them nothing more. Gives the milliseconds that it took.
 */
export function paid(
  { state$ }: Pick<RunningPeer, 'state$'>,
  clock: SchedulerLike,
  limitMs: number,
): Promise<number> {
  const begun = clock.now();
  return new Promise((resolve) => {
    const over = () => resolve(clock.now() - begun);
    state$
      .pipe(
        filter(({ broadcast }) => broadcast.slow.size === 0),
        take(1),
        takeUntil(timer(limitMs, clock)),
      )
      .subscribe({ error: over, complete: over });
  });
}
