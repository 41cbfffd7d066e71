import type { Observable, SchedulerLike } from 'rxjs';
import type { Random } from './random.ts';

/** All that a peer takes from its surroundings besides the network; the simulator brings its own. */
export interface World {
  readonly clock: SchedulerLike;
  readonly random: Random;
  /** All addresses a seed (`name:port`) stands for now, as `host:port`. Errors with a reason for people. */
  readonly lookup: (seed: string) => Observable<readonly string[]>;
}
