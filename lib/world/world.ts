import type { Observable, SchedulerLike } from 'rxjs';
import type { Random } from './random.ts';

/** All that a peer takes from its surroundings besides the network; the simulator brings its own. */
export interface World {
  readonly clock: SchedulerLike;
  readonly random: Random;
  /** Calls it when the current turn of the event loop is over; where there is none, at once. */
  readonly soon: (work: () => void) => void;
  /** All addresses a seed (`name:port`) stands for now, as `host:port`. Errors with a reason for people. */
  readonly lookup: (seed: string) => Observable<readonly string[]>;
}
