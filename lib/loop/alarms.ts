import { Observable, Subject, type SchedulerLike, type Subscription } from 'rxjs';

/**
 * Timers as data: a step asks for a wake-up by name (`wake` effect), `woken$` brings the name back. A name
 * has one deadline, the earliest that was asked for: who asks late, and often, must not put off what others wait for,
 * unless it knows that nobody does.
 * So a woken step looks at what is due, and asks again for what is not. However many names there are, one clock action is pending:
 * a `timer()` each costs 12 to 39 us and shows up as soon as they are counted in thousands.
 */
export interface Alarms<Name extends string> {
  readonly woken$: Observable<Name>;
  /**
   * Wakes at `at` (ms on the clock), or as soon as the clock runs again when that is past. With `instead` not earlier either,
   * whatever was asked for before.
   */
  set(name: Name, at: number, instead?: boolean): void;
  stop(): void;
}

export function createAlarms<Name extends string>(clock: SchedulerLike): Alarms<Name> {
  const woken$ = new Subject<Name>();
  // A dozen names at most, asked for with every event: looking through two arrays beats a Map.
  const names: Name[] = [];
  /** Infinity: not set. */
  const deadlines: number[] = [];
  let stopped = false;
  let pending: Subscription | undefined;
  let pendingAt = Infinity;

  const arm = () => {
    let earliest = Infinity;
    for (const at of deadlines) if (at < earliest) earliest = at;
    if (earliest === pendingAt) return;
    pending?.unsubscribe();
    pendingAt = earliest;
    if (earliest < Infinity) pending = clock.schedule(ring, Math.max(0, earliest - clock.now()));
  };

  const ring = () => {
    pendingAt = Infinity;
    const now = clock.now();
    // Due names are collected first: a woken step may set its own name again for this very moment.
    const due: { readonly name: Name; readonly at: number }[] = [];
    deadlines.forEach((at, nr) => {
      if (at > now) return;
      due.push({ name: names[nr]!, at });
      deadlines[nr] = Infinity;
    });
    due.sort((a, b) => a.at - b.at);
    for (const { name } of due) woken$.next(name);
    arm();
  };

  return {
    woken$: woken$.asObservable(),
    set(name, at, instead = false) {
      if (stopped) return;
      let nr = names.indexOf(name);
      if (nr < 0) nr = names.push(name) - 1;
      if (!instead && at >= (deadlines[nr] ?? Infinity)) return;
      deadlines[nr] = at;
      arm();
    },
    stop() {
      stopped = true;
      deadlines.length = 0;
      pending?.unsubscribe();
      woken$.complete();
    },
  };
}
