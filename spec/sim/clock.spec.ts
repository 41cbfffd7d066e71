import {
  asyncScheduler,
  auditTime,
  bufferTime,
  concat,
  concatMap,
  debounceTime,
  delay,
  exhaustMap,
  from,
  generate,
  interval,
  map,
  merge,
  mergeMap,
  NEVER,
  observeOn,
  of,
  range,
  repeat,
  retry,
  sampleTime,
  scan,
  scheduled,
  Subject,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  throttleTime,
  throwError,
  timeInterval,
  timeout,
  timer,
  timestamp,
  VirtualTimeScheduler,
  windowTime,
  type Observable,
  type SchedulerAction,
  type SchedulerLike,
} from 'rxjs';
import { ProcessClock, SimClock } from '../../lib/sim/clock.ts';

type Pipeline = (clock: SchedulerLike) => Observable<unknown>;

/** Everything that rxjs does with a scheduler, ties in time included. */
const pipelines: Record<string, Pipeline> = {
  interval: (clock) => interval(10, clock).pipe(take(5)),
  timer: (clock) => timer(5, 3, clock).pipe(take(5)),
  'timers at one time': (clock) =>
    merge(...[7, 3, 7, 0, 3].map((due, at) => timer(due, clock).pipe(map(() => at)))),
  delay: (clock) => of(1, 2, 3).pipe(delay(20, clock)),
  'delay of a running source': (clock) => interval(7, clock).pipe(delay(20, clock), take(6)),
  debounceTime: (clock) =>
    merge(of('a'), timer(5, clock), timer(30, 1, clock).pipe(take(8))).pipe(debounceTime(4, clock)),
  throttleTime: (clock) =>
    interval(3, clock).pipe(take(20), throttleTime(10, clock, { leading: true, trailing: true })),
  auditTime: (clock) => interval(3, clock).pipe(take(20), auditTime(10, clock)),
  sampleTime: (clock) => interval(3, clock).pipe(take(20), sampleTime(10, clock)),
  bufferTime: (clock) => interval(4, clock).pipe(take(12), bufferTime(10, 5, clock)),
  'bufferTime with a size': (clock) => interval(4, clock).pipe(take(12), bufferTime(10, null, 2, clock)),
  windowTime: (clock) =>
    interval(4, clock).pipe(
      take(12),
      windowTime(10, clock),
      mergeMap((window, at) => window.pipe(map((value) => [at, value]))),
    ),
  timeout: (clock) =>
    concat(of(1), NEVER).pipe(timeout({ each: 25, scheduler: clock, with: () => of('late') })),
  'retry after a while': (clock) => {
    let tries = 0;
    return timer(2, clock).pipe(
      mergeMap(() => (++tries < 4 ? throwError(() => new Error('no')) : of(tries))),
      retry({ delay: (_error, count) => timer(count * 10, clock) }),
    );
  },
  'repeat after a while': (clock) => timer(2, clock).pipe(repeat({ count: 3, delay: () => timer(5, clock) })),
  switchMap: (clock) =>
    interval(10, clock).pipe(
      take(4),
      switchMap((at) => timer(0, 4, clock).pipe(map((value) => [at, value]))),
      take(12),
    ),
  exhaustMap: (clock) =>
    interval(3, clock).pipe(
      take(10),
      exhaustMap((at) => timer(7, clock).pipe(map(() => at))),
    ),
  concatMap: (clock) =>
    range(0, 5).pipe(concatMap((at) => timer(at % 2 === 0 ? 0 : 5, clock).pipe(map(() => at)))),
  'mergeMap at one time': (clock) =>
    from([3, 1, 2]).pipe(
      mergeMap((due) =>
        timer(due, 2, clock).pipe(
          take(3),
          map((n) => [due, n]),
        ),
      ),
    ),
  observeOn: (clock) => interval(5, clock).pipe(take(4), observeOn(clock, 5)),
  scheduled: (clock) => scheduled([1, 2, 3], clock).pipe(delay(1, clock)),
  generate: (clock) =>
    generate({ initialState: 0, condition: (n) => n < 4, iterate: (n) => n + 1, scheduler: clock }),
  timestamp: (clock) =>
    interval(6, clock).pipe(take(4), timestamp({ now: () => clock.now() }), timeInterval(clock)),
  takeUntil: (clock) => interval(5, clock).pipe(takeUntil(timer(20, clock))),
  'takeUntil the same time, first': (clock) => {
    const stop$ = timer(20, clock);
    return interval(5, clock).pipe(
      takeUntil(stop$),
      scan((sum) => sum + 1, 0),
    );
  },
  'feedback at once': (clock) => {
    const back$ = new Subject<number>();
    return merge(back$.pipe(observeOn(clock)), interval(3, clock).pipe(take(3))).pipe(
      map((value) => {
        if (value < 2) back$.next(value + 1);
        return value;
      }),
      takeWhile(() => clock.now() < 100),
    );
  },
};

function traceOf(pipeline: Pipeline, clock: SchedulerLike, run: () => void): readonly unknown[] {
  const trace: unknown[] = [];
  pipeline(clock).subscribe({
    next: (value) => trace.push([clock.now(), value]),
    error: (error: unknown) => trace.push([clock.now(), String(error)]),
    complete: () => trace.push([clock.now(), 'complete']),
  });
  run();
  return trace;
}

/** Forever-running ones (an unstopped interval behind a switchMap) end here. */
const enough = 1000;

describe('the simulator’s clock', () => {
  it.each(Object.keys(pipelines))('gives the same trace as VirtualTimeScheduler: %s', (name) => {
    const virtual = new VirtualTimeScheduler(undefined, enough);
    const clock = new SimClock();
    const theirs = traceOf(pipelines[name]!, virtual, () => virtual.flush());
    const ours = traceOf(pipelines[name]!, clock, () => clock.run(enough));
    expect(ours.length).toBeGreaterThan(1);
    expect(ours).toEqual(theirs);
  });

  it.each(Object.keys(pipelines))('leaves nothing behind: %s', (name) => {
    const clock = new SimClock();
    traceOf(pipelines[name]!, clock, () => clock.run());
    expect(clock.pending).toBe(0);
  });

  it('lets what is asked for at one time happen in the order of asking', () => {
    const clock = new SimClock();
    const seen: string[] = [];
    clock.schedule(() => {
      seen.push('first');
      clock.schedule(() => seen.push('asked within'), 0);
    }, 5);
    clock.schedule(() => seen.push('second'), 5);
    clock.schedule(() => seen.push('sooner'), 1);
    clock.run();
    expect(seen).toEqual(['sooner', 'first', 'second', 'asked within']);
  });

  it('runs up to and at a time, and is then at that time', () => {
    const clock = new SimClock();
    const seen: number[] = [];
    for (const due of [5, 10, 10.5]) clock.schedule(() => seen.push(due), due);
    clock.run(10);
    expect([seen, clock.now(), clock.pending]).toEqual([[5, 10], 10, 1]);
    clock.run(20);
    expect([seen, clock.now(), clock.pending]).toEqual([[5, 10, 10.5], 20, 0]);
  });

  it('never goes back, whatever is asked for', () => {
    const clock = new SimClock();
    const seen: number[] = [];
    clock.run(100);
    for (const due of [-5, NaN, 0]) clock.schedule(() => seen.push(clock.now()), due);
    clock.schedule(() => seen.push(Infinity), Infinity);
    clock.run();
    expect(seen).toEqual([100, 100, 100]);
  });

  it('reschedules as rxjs’ own scheduler does: from within, from outside, and not when cancelled', () => {
    const clock = new SimClock();
    const seen: [number, string | undefined][] = [];
    const action = clock.schedule<string>(
      function (state) {
        seen.push([clock.now(), state]);
        if (seen.length < 3) this.schedule(`${state ?? ''}!`, 10);
      },
      10,
      'hey',
    ) as SchedulerAction<string>;
    clock.run(15);
    action.schedule('moved', 1);
    clock.run();
    expect(seen).toEqual([
      [10, 'hey'],
      [16, 'moved'],
      [26, 'moved!'],
    ]);
    action.unsubscribe();
    expect(action.schedule('never', 0).closed).toBe(true);
    clock.run();
    expect(seen).toHaveLength(3);
  });

  it('passes on what scheduled work throws, cancels that work and can go on', () => {
    const clock = new SimClock();
    const seen: string[] = [];
    const broken = clock.schedule(() => {
      throw new Error('a bug');
    }, 1);
    clock.schedule(() => seen.push('after'), 2);
    expect(() => clock.run()).toThrow('a bug');
    expect(broken.closed).toBe(true);
    clock.run();
    expect(seen).toEqual(['after']);
  });

  it('takes out at once what is cancelled', () => {
    const clock = new SimClock();
    const actions = Array.from({ length: 10_000 }, (_, at) => clock.schedule(() => undefined, 1000 + at));
    expect(clock.pending).toBe(10_000);
    for (const action of actions) action.unsubscribe();
    expect(clock.pending).toBe(0);
  });

  it('has the shape of rxjs’ schedulers', () => {
    const clock: SchedulerLike = new SimClock();
    expect(typeof clock.now()).toBe(typeof asyncScheduler.now());
    expect(clock.schedule(() => undefined).closed).toBe(false);
  });
});

describe('the clock of one process', () => {
  it('holds what is due while the process is stopped, in order, and goes on from there', () => {
    const clock = new SimClock();
    const process = new ProcessClock(clock);
    const seen: [number, string][] = [];
    const say = (what: string) => () => void seen.push([clock.now(), what]);
    process.schedule(say('before'), 1);
    process.schedule(say('two'), 3);
    process.schedule(say('one'), 2);
    const cancelled = process.schedule(say('cancelled'), 2);
    process.schedule(say('later'), 50);
    clock.run(1);
    process.freeze();
    clock.run(20);
    cancelled.unsubscribe();
    process.thaw();
    clock.run();
    expect(seen).toEqual([
      [1, 'before'],
      [20, 'one'],
      [20, 'two'],
      [50, 'later'],
    ]);
  });

  it('lets nothing happen any more once the process is killed, and leaves the others alone', () => {
    const clock = new SimClock();
    const process = new ProcessClock(clock);
    const seen: string[] = [];
    process.schedule(() => seen.push('killed'), 5);
    clock.schedule(() => seen.push('other'), 5);
    process.kill();
    process.schedule(() => seen.push('after'), 5);
    clock.run();
    expect(seen).toEqual(['other']);
    expect(clock.pending).toBe(0);
  });
});
