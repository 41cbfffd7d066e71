import { filter, firstValueFrom, race, ReplaySubject, take, tap, timer } from 'rxjs';
import type { Peer, PeerSet } from '../../lib/api/types.ts';
import { ClosedError, TooLargeError } from '../../lib/errors.ts';
import { linesOf } from './lines.ts';

export interface Reading {
  /** Started. */
  readonly peer: Peer;
  readonly input: AsyncIterable<Uint8Array>;
  readonly topic: string | undefined;
  /** Milliseconds to wait for a neighbor at most; `undefined` waits for ever. */
  readonly wait: number | undefined;
  /** Largest line in bytes. */
  readonly limit: number;
  readonly complain: (text: string) => void;
}

/** What became of the input, at its end. */
export interface Outcome {
  /** Whether there ever was a neighbor. */
  readonly met: boolean;
  /** Lines that were too large to send. */
  readonly refused: number;
}

/**
 * `--stdin`: publishes each line and skips empty ones. The next line is read only when the one before has
 * been handed to the neighbors, so a slow neighbor slows the writer of the pipe down, not this memory.
 */
export async function gossipLines({ peer, input, topic, wait, limit, complain }: Reading): Promise<Outcome> {
  let met = false;
  let refused = 0;
  const neighbor$ = new ReplaySubject<PeerSet>(1);
  const watching = peer.state$
    .pipe(
      filter(({ neighbors }) => neighbors.length > 0),
      take(1),
      tap(() => (met = true)),
    )
    .subscribe(neighbor$);
  try {
    const ready$ = wait === undefined ? neighbor$ : race(neighbor$, timer(wait));
    await firstValueFrom(ready$, { defaultValue: undefined });
    for await (const line of linesOf(input, limit)) {
      const size = 'size' in line ? line.size : await publish(line.bytes);
      if (size === undefined) continue;
      refused += 1;
      complain(`line ${line.number} is ${size} bytes, the limit is ${limit}: not sent`);
    }
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  } finally {
    watching.unsubscribe();
  }
  return { met, refused };

  /** The size, when the peer finds it too large. */
  async function publish(bytes: Uint8Array): Promise<number | undefined> {
    if (bytes.length === 0) return undefined;
    try {
      await peer.publish(bytes, topic === undefined ? {} : { topic });
      return undefined;
    } catch (error) {
      if (error instanceof TooLargeError && error.what === 'payload') return error.bytes;
      throw error;
    }
  }
}
