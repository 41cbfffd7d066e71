import { concat, EMPTY, of, Subject, throwError } from 'rxjs';
import { iterate } from '../../lib/api/iterate.ts';

/** An iteration that has begun: somebody waits for its first value. */
function begin<T>(source$: Subject<T>, options?: Parameters<typeof iterate>[1]) {
  const iterator = iterate(source$, options);
  const first = iterator.next();
  const take = async (count: number) => {
    const taken: unknown[] = [];
    for (let i = 0; i < count; i++) taken.push((await iterator.next()).value);
    return taken;
  };
  return { iterator, first, take };
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const value of values) taken.push(value);
  return taken;
}

describe('iterating over a stream', () => {
  it('gives its values in order and ends when it completes', async () => {
    expect(await all(iterate(of(1, 2, 3)))).toEqual([1, 2, 3]);
    expect(await all(iterate(EMPTY))).toEqual([]);
  });

  it('keeps what comes while the loop body is busy', async () => {
    const source$ = new Subject<number>();
    const { first, take } = begin(source$);
    for (const value of [1, 2, 3]) source$.next(value);
    expect((await first).value).toBe(1);
    source$.next(4);
    expect(await take(3)).toEqual([2, 3, 4]);
  });

  it('listens at once, before anyone asks for a value', async () => {
    const source$ = new Subject<number>();
    const iterator = iterate(source$);
    expect(source$.observed).toBe(true);
    source$.next(1);
    source$.complete();
    expect(await all(iterator)).toEqual([1]);
  });

  it('answers several who ask at once in the order they asked', async () => {
    const source$ = new Subject<number>();
    const iterator = iterate(source$);
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    source$.next(1);
    source$.next(2);
    source$.complete();
    expect(await Promise.all(asked)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  it('waits for values that are still to come', async () => {
    const source$ = new Subject<number>();
    const { first, iterator } = begin(source$);
    source$.next(1);
    await first;
    const second = iterator.next();
    source$.next(2);
    expect(await second).toEqual({ done: false, value: 2 });
    const third = iterator.next();
    source$.complete();
    expect(await third).toEqual({ done: true, value: undefined });
  });

  it('drops the oldest beyond its limit, and says each time how many are gone', async () => {
    const source$ = new Subject<number>();
    const drops: number[] = [];
    const { first, take } = begin(source$, { limit: 2, onDrop: (dropped) => drops.push(dropped) });
    for (const value of [1, 2, 3, 4, 5]) source$.next(value);
    // The first went to the one who waited for it, and needed no place.
    expect([(await first).value, ...(await take(2))]).toEqual([1, 4, 5]);
    expect(drops).toEqual([1, 2]);
  });

  it('keeps 1024 unless told otherwise', async () => {
    const source$ = new Subject<number>();
    const drops: number[] = [];
    const iterator = iterate(source$, { onDrop: (dropped) => drops.push(dropped) });
    for (let value = 0; value < 1026; value++) source$.next(value);
    expect([(await iterator.next()).value, drops]).toEqual([2, [1, 2]]);
  });

  it('gives what it kept before it ends, and before it fails', async () => {
    const source$ = new Subject<number>();
    const { first, take } = begin(source$);
    for (const value of [1, 2]) source$.next(value);
    source$.complete();
    expect([(await first).value, ...(await take(2))]).toEqual([1, 2, undefined]);

    const taken: number[] = [];
    const failing = concat(
      of(1, 2),
      throwError(() => new Error('a bug')),
    );
    const loop = async () => {
      for await (const value of iterate(failing)) taken.push(value);
    };
    await expect(loop()).rejects.toThrow('a bug');
    expect(taken).toEqual([1, 2]);
  });

  it('fails with what the stream fails with while it waits, even when that is nothing', async () => {
    const source$ = new Subject<number>();
    const { first } = begin(source$);
    source$.error(undefined);
    await expect(first).rejects.toBeUndefined();
  });

  it('unsubscribes when the loop is left', async () => {
    const source$ = new Subject<number>();
    const { first, iterator } = begin(source$);
    expect(source$.observed).toBe(true);
    source$.next(1);
    await first;
    await iterator.return?.();
    expect(source$.observed).toBe(false);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });

    const again = iterate(source$);
    setImmediate(() => source$.next(1));
    for await (const value of again) {
      expect([value, source$.observed]).toEqual([1, true]);
      break;
    }
    expect(source$.observed).toBe(false);
  });

  it('unsubscribes when the loop body throws', async () => {
    const source$ = new Subject<number>();
    const loop = async () => {
      for await (const value of iterate(source$)) throw new Error(`cannot handle ${value}`);
    };
    const failed = loop();
    source$.next(1);
    await expect(failed).rejects.toThrow('cannot handle 1');
    expect(source$.observed).toBe(false);
  });

  it.each([0, -1, 1.5, NaN, Infinity])('needs a limit that is a positive integer, not %p', (limit) => {
    const source$ = new Subject<number>();
    expect(() => iterate(source$, { limit })).toThrow(
      new RangeError(`limit: expected a positive integer, got ${limit}`),
    );
    expect(source$.observed).toBe(false);
  });
});
