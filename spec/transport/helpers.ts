import { BehaviorSubject, filter, mergeMap, Observable, ReplaySubject, take, tap } from 'rxjs';
import type { Link, Listener, Transport } from '../../lib/transport/transport.ts';

/** The promise, or a failure that says what was waited for. */
export async function within<T>(what: string, promise: Promise<T>, limit = 5000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limit} ms for ${what}`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first value; completion without one is a failure. */
export function next<T>(what: string, source$: Observable<T>): Promise<T> {
  const first = new Promise<T>((resolve, reject) => {
    source$.pipe(take(1)).subscribe({
      next: resolve,
      error: reject,
      complete: () => reject(new Error(`completed without ${what}`)),
    });
  });
  return within(what, first);
}

/** What a failing Observable fails with; a value instead is a failure of the test. */
export async function failureOf(source$: Observable<unknown>): Promise<unknown> {
  return within(
    'an error',
    new Promise((resolve, reject) => {
      source$.subscribe({
        next: () => reject(new Error('a value instead of an error')),
        error: resolve,
        complete: () => reject(new Error('completion instead of an error')),
      });
    }),
  );
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  /** Every accepted link, also those from before the subscription. */
  readonly accepted$: Observable<Link>;
  stop(): void;
}

export async function listening(transport: Transport, host: string, port = 0): Promise<Listening> {
  const accepted$ = new ReplaySubject<Link>(Infinity);
  const bound$ = new ReplaySubject<Listener>(1);
  const subscription = transport
    .listen(host, port)
    .pipe(
      tap(bound$),
      mergeMap((it) => it.link$),
    )
    .subscribe({ next: (link) => accepted$.next(link), error: () => undefined });
  const listener = await next('listening', bound$);
  return {
    host: listener.host,
    port: listener.port,
    address: host.includes(':') ? `[${host}]:${listener.port}` : `${host}:${listener.port}`,
    accepted$,
    stop: () => subscription.unsubscribe(),
  };
}

/** A link from one to the other: `near` is the dialling end. */
export async function linked(
  dialler: Transport,
  listener: Transport,
  host: string,
): Promise<{ near: Link; far: Link; there: Listening }> {
  const there = await listening(listener, host);
  const near = await next('a dialled link', dialler.dial(there.address));
  const far = await next('an accepted link', there.accepted$);
  return { near, far, there };
}

export interface Reading {
  bytes(): Buffer;
  /** Everything read, once it is at least so much. */
  atLeast(size: number): Promise<Buffer>;
  /** How chunk$ ended. */
  over(): Promise<unknown>;
  stop(): void;
}

export const COMPLETED = 'completed';

/** Reads a link as one does that takes long with each piece: 30,000 bytes are all that its share allows. */
export const readInParts = (link: Link): Reading =>
  read(link, (chunk) => {
    const { share } = link;
    if (share === undefined || chunk.length <= 30_000) return chunk;
    for (const until = performance.now() + 1000; !share.isSpent() && performance.now() < until;);
    share.putBack(chunk.subarray(30_000));
    return chunk.subarray(0, 30_000);
  });

/** Reads a link to its end, copying each chunk as the contract demands, or what is `taken` of it. */
export function read(link: Link, taken = (chunk: Uint8Array) => chunk): Reading {
  const chunks: Uint8Array[] = [];
  const size$ = new BehaviorSubject(0);
  const over$ = new ReplaySubject<unknown>(1);
  const subscription = link.chunk$.subscribe({
    next: (chunk) => {
      chunks.push(new Uint8Array(taken(chunk))); // not slice: that of a Buffer is a view
      size$.next(size$.value + chunks.at(-1)!.length);
    },
    error: (error: unknown) => over$.next(error),
    complete: () => over$.next(COMPLETED),
  });
  const bytes = (): Buffer => Buffer.concat(chunks);
  return {
    bytes,
    atLeast: async (size) => {
      await next(`${size} bytes`, size$.pipe(filter((it) => it >= size)));
      return bytes();
    },
    over: () => next('the link to be over', over$),
    stop: () => subscription.unsubscribe(),
  };
}

/** Repeated, because a loop over 32 MiB takes seconds under jest; 65,521 is a prime, so a moved piece shows. */
const block = Buffer.from(Uint32Array.from({ length: 65_521 }, (_, i) => i * 2654435761).buffer);

/** Bytes in which a lost, doubled or moved piece shows. */
export function pattern(size: number): Buffer {
  return Buffer.alloc(size, block);
}
