import type { Observable } from 'rxjs';
import type { Counters } from '../protocol/counters.ts';

/** A message someone else published, delivered once, on arrival; no order is promised across origins. */
export interface ReceivedMessage {
  /** Advertised address of the peer that said it first; its id when it has none that is known. */
  readonly from: string;
  /**
   * The bytes. Not to be changed: the peer keeps them for a while, for those who missed them. What came together shares memory, 16 KiB at
   * most: of few that are kept for long take a copy, `payload.slice()`.
   */
  readonly payload: Uint8Array;
  /** The payload as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  text(): string;
  readonly topic: string;
  /** Which message: equal payloads are different messages, and a hole in `sequence` is a message not (yet) here. */
  readonly id: { readonly origin: string; readonly epoch: number; readonly sequence: number };
  /** Address of the neighbor it came through. */
  readonly via: string;
  /** How many links it crossed: 1 when `via` said it. */
  readonly hops: number;
}

/** A round or `publish()` that went out. */
export interface SentMessage {
  readonly payload: Uint8Array;
  text(): string;
  readonly topic: string;
  readonly id: { readonly origin: string; readonly epoch: number; readonly sequence: number };
  /** The neighbors at that moment, in the order they came. */
  readonly neighbors: readonly string[];
  /** Those of them to which it was only announced; they ask for it when nobody else brings it. */
  readonly lazy: readonly string[];
}

export interface Neighbor {
  readonly id: string;
  /** Where others dial it, or, when nobody can, where it is seen from. */
  readonly address: string;
}

export interface NeighborDown extends Neighbor {
  /** Why, for people: `left`, `no answer to 2 pings`, `connection reset`. */
  readonly reason: string;
}

/**
 * Messages that will not come: one report a hole. Never silence, but after the repair time (30 s; 15 to 45 s while
 * another hole of the same origin is open). Of what only other peers have heard of one may come after all (the reason
 * says so): then it is delivered.
 */
export interface Gap {
  readonly origin: string;
  readonly epoch: number;
  /** Sequence numbers, both included. */
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}

/** The peer-set: what the peer knows at this moment. Immutable; a new object when something changed. */
export interface PeerSet {
  readonly id: string;
  /** Advertised address; `''` before the peer listens and when it is not dialable. */
  readonly address: string;
  /** In the order they came. */
  readonly neighbors: readonly Neighbor[];
  /** Other addresses it knows of. */
  readonly known: readonly string[];
}

/** How full each buffer of a peer is at this moment. */
export interface PeerStats {
  /** Connections, those of neighbors included. */
  readonly links: number;
  readonly neighbors: readonly NeighborStats[];
  /** Messages kept for repair, and about what they take (option `storeBytes`, and at most a minute). */
  readonly storeMessages: number;
  readonly storeBytes: number;
  /** Origins remembered: at most 10,000. */
  readonly origins: number;
  /** Runs of messages that were seen while an earlier one is not here: at most 4096 an origin. */
  readonly seenAbove: number;
  /** Messages that a neighbor has and this peer has not. */
  readonly missing: number;
  /** Runs of messages in the next announcements. */
  readonly announcements: number;
  /** Bytes sent in this turn of the event loop, or from within a callback, that did not go yet (option `outboxLimit`). */
  readonly queuedBytes: number;
}

export interface NeighborStats extends Neighbor {
  /** What waits for it (option `outboxLimit`). */
  readonly outboxBytes: number;
  /** Messages that it will be sent from the store when there is room in its outbox. */
  readonly owed: number;
  /** It took nothing for a second, or for three while it said something: nobody waits for it until it has caught up. */
  readonly demoted: boolean;
}

/** Something an operator may want to know. Never an exception, never needed for correctness. */
export interface Diagnostic {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** A sentence that names the thing. Text from the network in it is escaped. */
  readonly text: string;
}

/**
 * One peer. Nothing happens before {@link Peer.start}. Observables are hot: subscribe before `start()` to
 * miss nothing; they complete when the peer closes, and error only when a bug ended it.
 */
export interface Peer {
  /** 32 hex digits: new at each start of a process, or, of a peer that signs, those that follow from its key. */
  readonly id: string;
  /**
   * Advertised address (`host:port`) once started; `''` before, and for a peer that nobody can dial. Of one that listens on
   * `0.0.0.0` or `::`, and was not told what to advertise, it is where it listens: others use the address that they see.
   */
  readonly address: string;
  /** Where it listens (`host:port`, the real port) once started; `''` before. */
  readonly listening: string;
  /**
   * Listens and joins. Resolves when it listens (not when it has neighbors: a seed that can't be reached is
   * retried for ever). Calling it again returns the same promise, also when it failed: the peer is closed then.
   * @throws ListenError when the port is in use or the host is not this machine's; ClosedError after `close()`
   */
  start(): Promise<void>;
  /** What the others said, of one topic or of all. Own messages are not in it. */
  messages(topic?: string): Observable<ReceivedMessage>;
  /** What this peer said, rounds included. */
  readonly sent$: Observable<SentMessage>;
  readonly neighborUp$: Observable<Neighbor>;
  readonly neighborDown$: Observable<NeighborDown>;
  /** The peer-set, its current value first. */
  readonly state$: Observable<PeerSet>;
  /** What is lost for this peer: messages nobody keeps any more. */
  readonly gap$: Observable<Gap>;
  readonly diagnostic$: Observable<Diagnostic>;
  /** What was refused, limited or passed over since the start, by the names in SECURITY.md's table. A copy. */
  readonly counters: Readonly<Counters>;
  /**
   * Sends bytes or text to every peer of the cluster. Resolves when the message has been handed to the links and
   * no neighbor that it goes to has more waiting than the option `highWater` says; one that takes nothing for a
   * second (for three, while it says something) is not waited for (with no neighbor: at once, and nobody has it).
   * So a loop that awaits each is as fast as its slowest neighbor, and nothing is lost while each peer on the way
   * drains within what the others store; what is lost all the same is told to whom it would have come, as a gap.
   * The bytes must not change afterwards; they are `maxPayload` at most, those of a topic 255.
   * @throws (rejects) NotStartedError, ClosedError, TooLargeError, QueueFullError, InvalidOptionError
   */
  publish(payload: string | Uint8Array, options?: { topic?: string }): Promise<void>;
  /**
   * The same without a promise a message, as a Node stream's `write`: false says that the message is taken, and
   * that the next should wait for {@link Peer.drained}. Who goes on all the same is not slowed down and takes
   * no more memory: a neighbor that is behind is sent later what is still in the store then, and has a gap
   * where it is not. Of what is sent in one turn of the event loop the first message goes at once, and so does one
   * of more than 4 KiB; the rest when the turn is over, or 128 KiB of it are there (half of `highWater`, where that
   * is less), of which each message counts 256 bytes beside its own.
   * @throws NotStartedError, ClosedError, TooLargeError, QueueFullError, InvalidOptionError
   */
  send(payload: string | Uint8Array, options?: { topic?: string }): boolean;
  /** Resolves when the application may go on: at once, unless `send` said false. Never rejects; a close resolves it. */
  drained(): Promise<void>;
  /** How full each buffer is: gauges, made when asked for. */
  stats(): PeerStats;
  /**
   * Tells the neighbors, closes every socket and timer, and resolves when nothing is left. Safe to call again.
   * What was published and not yet taken by the network is given `flushMs` milliseconds (default 300), then cut.
   */
  close(options?: { flushMs?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
