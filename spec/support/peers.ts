/** Peers of the public API in one process: on an in-memory network, with seeded dice, closed by one call. */
import { asyncScheduler, EMPTY, NEVER, Observable, of } from 'rxjs';
import { createPeerIn, type Surroundings } from '../../lib/api/create-peer.ts';
import type { Peer } from '../../lib/api/types.ts';
import type { PeerOptions } from '../../lib/options.ts';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import type { Listener, Transport } from '../../lib/transport/transport.ts';
import { seeded } from '../../lib/world/random.ts';
import type { World } from '../../lib/world/world.ts';

export interface Neighborhood {
  /** A peer with the next name (`11..`, `22..`), not started. */
  create(options?: PeerOptions, surroundings?: Partial<Surroundings>): Peer;
  /** A peer that listens. */
  started(options?: PeerOptions, surroundings?: Partial<Surroundings>): Promise<Peer>;
  /** Ends every peer that was made here. */
  close(): Promise<void>;
}

export function createNeighborhood(): Neighborhood {
  const network = createMemoryNetwork();
  const all: Peer[] = [];
  const create: Neighborhood['create'] = (options = {}, surroundings = {}) => {
    const number = all.length + 1;
    const here = { world: world({ random: seeded(number) }), transport: network.transport() };
    const peer = createPeerIn({ ...here, id: String(number).repeat(32), ...surroundings }, options);
    all.push(peer);
    return peer;
  };
  return {
    create,
    async started(options, surroundings) {
      const peer = create(options, surroundings);
      await peer.start();
      return peer;
    },
    async close() {
      await Promise.all(all.map((peer) => peer.close()));
    },
  };
}

/** Real time, dice that always show 0.5, and no names. */
export const world = (over: Partial<World> = {}): World => ({
  clock: asyncScheduler,
  random: () => 0.5,
  soon: (work) => work(),
  lookup: () => of([]),
  ...over,
});

/** A network on which nothing happens but what the spec says, and which writes down what is asked of it. */
export interface StubTransport extends Transport {
  readonly asked: string[];
}

/** Listens at 10.0.0.1:8080, at once; nobody comes but `link$`, and dials are answered by `dial`. */
export function stubTransport({
  listen = (host, port) => of<Listener>({ host, port, link$: NEVER }),
  dial = () => EMPTY,
}: Partial<Pick<Transport, 'listen' | 'dial'>> = {}): StubTransport {
  const asked: string[] = [];
  return {
    asked,
    listen: (host, port) =>
      new Observable((subscriber) => {
        asked.push(`listen ${host}:${port}`);
        subscriber.add(() => asked.push('stop listening'));
        // Never completes by itself: a transport listens until it is told to stop.
        subscriber.add(
          listen(host, port).subscribe({
            next: (listener) => subscriber.next(listener),
            error: (error: unknown) => subscriber.error(error),
          }),
        );
      }),
    dial(address) {
      asked.push(`dial ${address}`);
      return dial(address);
    },
    close(graceMs) {
      asked.push(`close ${graceMs}`);
      return Promise.resolve();
    },
  };
}

/** What a stream has said so far, and how it ended. */
export function record<T>(stream$: Observable<T>): { readonly values: T[]; ended: string } {
  const log = { values: [] as T[], ended: '' };
  stream$.subscribe({
    next: (value) => log.values.push(value),
    error: (error: unknown) => (log.ended = String(error)),
    complete: () => (log.ended = 'complete'),
  });
  return log;
}
