/**
 * The shape of everything that decides: the state so far and one event give the next state and what is to
 * be done about it. A step reads no clock and rolls no dice of its own, so the same inputs always give the
 * same outputs. A state passed to a step is spent: only the returned one may be used again.
 */
export type Step<State, Event, Effect> = (
  state: State,
  event: Event,
  env: Env,
) => readonly [State, readonly Effect[]];

/** What a step may know of the world. */
export interface Env {
  /** Milliseconds, from the injected clock. */
  readonly now: number;
  /** The next number of this peer's own stream, 0 <= n < 1. */
  readonly random: () => number;
}

/** A time around `ms` from now, ±50 %: what everyone does at once, they should not do in step. */
export const around = (env: Env, ms: number): number => env.now + ms * (0.5 + env.random());
