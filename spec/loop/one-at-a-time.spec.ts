import { concat, map, merge, of, scan, Subject, tap, throwError, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { oneAtATime } from '../../lib/loop/one-at-a-time.ts';

/** Everything a stream says, in words. */
function told<T>(stream$: Observable<T>, each: (value: T) => void = () => undefined): unknown[] {
  const log: unknown[] = [];
  stream$.subscribe({
    next: (value) => {
      log.push(`begin ${String(value)}`);
      each(value);
      log.push(`end ${String(value)}`);
    },
    error: (error: unknown) => log.push(error),
    complete: () => log.push('complete'),
  });
  return log;
}

describe('one at a time', () => {
  it('changes neither values nor times when nothing is re-entrant', () => {
    const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
    scheduler.run(({ cold, expectObservable }) => {
      const source = '  -a-(bc)--d-|';
      const expected = '-a-(bc)--d-|';
      expectObservable(cold(source).pipe(oneAtATime())).toBe(expected);
    });
  });

  it('makes a value that arrives while another is on its way wait its turn', () => {
    const source$ = new Subject<string>();
    const log = told(source$.pipe(oneAtATime()), (value) => {
      if (value === 'a') source$.next('b');
    });
    source$.next('a');
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b']);
  });

  it('keeps the order of arrival, whoever is answering', () => {
    const source$ = new Subject<number>();
    const log: number[] = [];
    source$.pipe(oneAtATime()).subscribe((value) => {
      log.push(value);
      // 1 begets 10 and 11, these beget 100..111: breadth first, as in a queue.
      if (value < 100) for (const answer of [value * 10, value * 10 + 1]) source$.next(answer);
    });
    source$.next(1);
    expect(log).toEqual([1, 10, 11, 100, 101, 110, 111]);
  });

  it('lets a scan downstream see the state that its own answer must build upon', () => {
    const source$ = new Subject<number>();
    const sums: number[] = [];
    source$
      .pipe(
        oneAtATime(),
        scan((sum, value) => sum + value, 0),
        tap((sum) => sum === 1 && source$.next(10)),
      )
      .subscribe((sum) => sums.push(sum));
    source$.next(1);
    source$.next(100);
    expect(sums).toEqual([1, 11, 111]);
  });

  it('works through 100,000 waiting values without recursion', () => {
    const source$ = new Subject<number>();
    let count = 0;
    source$.pipe(oneAtATime()).subscribe((value) => {
      count += 1;
      if (value < 100_000) source$.next(value + 1);
    });
    source$.next(1);
    expect(count).toBe(100_000);
  });

  it('holds what a synchronous source says until every source is subscribed, so that an answer to it is not lost', () => {
    const answer$ = new Subject<string>();
    const log = told(merge(of('a', 'b'), answer$).pipe(oneAtATime()), (value) => {
      if (value === 'a') answer$.next('c');
    });
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  it('completes after the last waiting value', () => {
    const source$ = new Subject<string>();
    const log = told(source$.pipe(oneAtATime()), (value) => {
      if (value !== 'a') return;
      source$.next('b');
      source$.complete();
    });
    source$.next('a');
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b', 'complete']);
  });

  it('completes a synchronous source after its values', () => {
    expect(told(of('a', 'b').pipe(oneAtATime()))).toEqual([
      'begin a',
      'end a',
      'begin b',
      'end b',
      'complete',
    ]);
  });

  it('passes an error of the source on after the last waiting value', () => {
    const source$ = new Subject<string>();
    const log = told(source$.pipe(oneAtATime()), (value) => {
      if (value !== 'a') return;
      source$.next('b');
      source$.error('broken');
    });
    source$.next('a');
    expect(log).toEqual(['begin a', 'end a', 'begin b', 'end b', 'broken']);
  });

  it('passes an error of a synchronous source on after its values', () => {
    const source$ = concat(
      of('a'),
      throwError(() => 'broken'),
    );
    expect(told(source$.pipe(oneAtATime()))).toEqual(['begin a', 'end a', 'broken']);
  });

  it('ends with the error when an operator downstream throws, and takes nothing more', () => {
    const source$ = new Subject<string>();
    const log = told(
      source$.pipe(
        oneAtATime(),
        map((value) => {
          source$.next('waiting');
          if (value === 'bad') throw new Error('a bug');
          return value;
        }),
      ),
    );
    source$.next('bad');
    source$.next('late');
    expect(log).toEqual([new Error('a bug')]);
    expect(source$.observed).toBe(false);
  });

  it('gives up what still waits when it is unsubscribed in the middle', () => {
    const source$ = new Subject<string>();
    const log: string[] = [];
    const subscription = source$.pipe(oneAtATime()).subscribe((value) => {
      log.push(value);
      source$.next('waiting');
      subscription.unsubscribe();
    });
    source$.next('a');
    source$.next('late');
    expect(log).toEqual(['a']);
    expect(source$.observed).toBe(false);
  });

  it('gives two peers of one process a queue each', () => {
    const [mine$, yours$] = [new Subject<string>(), new Subject<string>()];
    const log: string[] = [];
    yours$.pipe(oneAtATime()).subscribe((value) => log.push(value));
    mine$.pipe(oneAtATime()).subscribe((value) => {
      log.push(`begin ${value}`);
      yours$.next('yours is not held up');
      log.push(`end ${value}`);
    });
    mine$.next('mine');
    expect(log).toEqual(['begin mine', 'yours is not held up', 'end mine']);
  });

  it('gives each subscription a queue of its own', () => {
    const source$ = new Subject<number>();
    const taken$ = source$.pipe(oneAtATime());
    const log: string[] = [];
    taken$.subscribe((value) => log.push(`first ${value}`));
    taken$.subscribe((value) => log.push(`second ${value}`));
    source$.next(1);
    source$.next(2);
    expect(log).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
  });
});
