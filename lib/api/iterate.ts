import type { Observable } from 'rxjs';

export interface IterateOptions {
  /** Values kept while the loop body is busy, 1 or more; beyond it the oldest are dropped. Default 1024. */
  limit?: number;
  /** Told each time how many have been dropped since the iteration began. */
  onDrop?: (dropped: number) => void;
}

/**
 * Turns a stream into something `for await` can read. It is subscribed at once. An Observable pushes and a
 * loop body may be slow, so what is not yet taken is kept in a buffer of `limit` values; beyond it the
 * oldest value is dropped and `onDrop` is told: never silently, never without bound. Leaving the loop
 * unsubscribes.
 *
 * ```ts
 * for await (const message of iterate(peer.messages('orders'), { limit: 100, onDrop: (n) => console.warn(`${n} lost`) }))
 *   await handle(message);
 * ```
 *
 * @throws RangeError when `limit` is not a positive integer; the loop throws what the stream errors with
 */
export function iterate<T>(source: Observable<T>, options: IterateOptions = {}): AsyncIterableIterator<T> {
  const { limit = 1024, onDrop } = options;
  if (!Number.isInteger(limit) || limit < 1)
    throw new RangeError(`limit: expected a positive integer, got ${limit}`);

  // A ring: `first` is the oldest of `size` values. Shifting an array of a thousand costs more than a message.
  const ring = new Array<T | undefined>(limit);
  let [first, size, dropped] = [0, 0, 0];
  let end: { readonly error?: unknown } | undefined;
  const waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];

  const settle = () => {
    while (waiting.length > 0 && (size > 0 || end !== undefined)) {
      const { resolve, reject } = waiting.shift()!;
      if (size > 0) {
        const value = ring[first] as T;
        ring[first] = undefined;
        first = (first + 1) % limit;
        size -= 1;
        resolve({ value, done: false });
      } else if (end !== undefined && 'error' in end) {
        const { error } = end;
        end = {};
        reject(error);
      } else resolve({ value: undefined, done: true });
    }
  };

  const subscription = source.subscribe({
    next: (value) => {
      ring[(first + size) % limit] = value;
      if (size < limit) size += 1;
      else {
        first = (first + 1) % limit;
        onDrop?.(++dropped);
      }
      settle();
    },
    error: (error: unknown) => {
      end = { error };
      settle();
    },
    complete: () => {
      end = {};
      settle();
    },
  });

  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        settle();
      }),
    return: () => {
      subscription.unsubscribe();
      size = 0;
      end = {};
      settle();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
