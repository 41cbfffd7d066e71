import type { Observable } from 'rxjs';
import type { Event } from '../protocol/events.ts';

/**
 * What a peer asks of the network, and nothing more. One file is one Transport (`tcp.ts`, `memory.ts`);
 * all pass the contract in `spec/transport/contract.ts`, and a fault is a decorator `Transport => Transport`.
 */
export interface Transport {
  /**
   * Starts to listen when subscribed. Emits one {@link Listener} when bound, errors with a `TransportError`
   * when it can't be; unsubscribing stops listening, links that are up stay.
   */
  listen(host: string, port: number): Observable<Listener>;
  /**
   * Dials when subscribed. Emits one {@link Link} when connected and completes; errors with a
   * `TransportError` whose message is for people. Unsubscribing before that gives the dial up.
   */
  dial(address: string): Observable<Link>;
  /** Ends what is still open: waits up to `graceMs` for what was written to be flushed, then cuts. Resolves when nothing is left. */
  close(graceMs: number): Promise<void>;
}

export interface Listener {
  /** Where it is bound: the real port when 0 was asked for. */
  readonly host: string;
  readonly port: number;
  /** Every link that others dial. Each is emitted once; nothing is read from it before its `chunk$` is subscribed. */
  readonly link$: Observable<Link>;
  /** What happens beside the links. Subscribe once, for as long as it listens; a network without such things has none. */
  readonly incident$?: Observable<Incident>;
}

/** What the loop is told of the network besides its links. */
export type Incident = Extract<Event, { type: 'handshakeFailed' | 'credentials' }>;

/** One connection: a reliable, ordered stream of bytes each way. */
export interface Link {
  /** The other end as the network shows it: `host:port`. */
  readonly remote: string;
  /**
   * What the other end wrote, cut anywhere. Subscribe once. **A chunk is valid only during the call**
   * (the buffer is reused): copy what you keep. Completes when the other end is done (orderly end),
   * errors with a `TransportError` when the link broke; either way the link is then closed. After one's own
   * `end` or `cut` it only completes, however the link goes down. Unsubscribing before that cuts the link.
   */
  readonly chunk$: Observable<Uint8Array>;
  /** Queues bytes to be sent. They must not change afterwards (a broadcast shares them between links). After `end` or `cut`: ignored. */
  write(bytes: Uint8Array): void;
  /**
   * Bytes written and not yet taken by the network. What was written in this turn of the event loop is among them, even if it has left:
   * who writes as much as an outbox holds, in one turn, can rely on its being full, and so on `drain$`.
   */
  buffered(): number;
  /** Emits each time `buffered` falls back to zero. */
  readonly drain$: Observable<void>;
  /** Sends what is queued, then closes: the other end sees an orderly end. Reading goes on until the other end closes too. */
  end(): void;
  /** Closes now; what is queued is lost. */
  cut(): void;
  /**
   * Reads nothing until it is told to go on, but for some milliseconds only, which slows the other end down. A
   * network in which that can't be has none.
   */
  hold?(held: boolean): void;
  /** Of a network that reads several links by turns: how what takes long is done in parts. */
  readonly share?: Share;
}

/** What one link may take of a turn of the event loop, before the others have theirs. */
export interface Share {
  /** Has what was done with this chunk taken as long as it may? Then the rest of it is to be put back. False when there is none. */
  readonly isSpent: () => boolean;
  /** These bytes come again, before all others, in the next turn. They are copied. */
  readonly putBack: (rest: Uint8Array) => void;
}

/** Why a listen, dial or link failed. `code` is the system's (`EADDRINUSE`, `ECONNREFUSED`), where there is one. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  constructor(
    message: string,
    readonly code = '',
  ) {
    super(message);
  }
}
