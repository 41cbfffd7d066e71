import { lookup } from 'node:dns';
import { randomBytes } from 'node:crypto';
import { asyncScheduler, Observable, type SchedulerAction, type SchedulerLike } from 'rxjs';
import type { World } from './world.ts';

const origin = performance.timeOrigin; // a getter that costs as much as the clock

/** Timers as Node has them, on a clock that never goes backward: set back by an hour, the wall clock would stop every PING for an hour. */
const clock: SchedulerLike = {
  now: () => origin + performance.now(),
  // Node counts from when the loop last looked at the clock, in whole milliseconds: it rings up to 2 ms too early, and who
  // then finds nothing due is woken again for it.
  schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) =>
    asyncScheduler.schedule(work, delay > 0 ? Math.ceil(delay) + 1 : 0, state),
};

/** The world as Node shows it. */
export const nodeWorld: World = {
  clock,
  random: Math.random,
  soon: setImmediate,
  // getaddrinfo, not DNS alone: /etc/hosts and the resolver's search list count as they do for every other program.
  lookup: (seed) =>
    new Observable((subscriber) => {
      const colon = seed.lastIndexOf(':');
      const [host, port] = [seed.slice(0, colon), seed.slice(colon + 1)];
      lookup(host, { all: true }, (error, found) => {
        if (error !== null) subscriber.error(new Error(reasons[error.code ?? ''] ?? error.message));
        else {
          subscriber.next(
            found.map(({ address, family }) =>
              family === 6 ? `[${address}]:${port}` : `${address}:${port}`,
            ),
          );
          subscriber.complete();
        }
      });
    }),
};

const reasons: Record<string, string> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name server does not answer',
};

/** 16 bytes nobody else has, as 32 hex digits. */
export const newPeerId = (): string => randomBytes(16).toString('hex');
