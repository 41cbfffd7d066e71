import { BehaviorSubject, distinctUntilChanged, map, Subject, take } from 'rxjs';
import { ClosedError, ListenError, NotStartedError, TooLargeError } from '../errors.ts';
import type { Notice } from '../doers.ts';
import type { PeerOptions } from '../options.ts';
import { runPeer } from '../peer.ts';
import { createCounters, type Counters } from '../protocol/counters.ts';
import { messagesOf } from '../protocol/messages.ts';
import { pieceOf } from '../protocol/pieces.ts';
import type { PeerState } from '../protocol/state.ts';
import { createTcp } from '../transport/tcp.ts';
import { limitAccepted } from '../transport/accept-limit.ts';
import { TransportError, type Transport } from '../transport/transport.ts';
import { newPeerId, nodeWorld } from '../world/node.ts';
import type { World } from '../world/world.ts';
import { check, checkOptions, flushMsIn, toBytes, topicIn } from './check.ts';
import { owes, paid } from './debts.ts';
import { createDeliveries } from './deliveries.ts';
import { createOutgoing, type Waiter } from './outgoing.ts';
import { socketsFor } from './secured.ts';
import { signingWith } from './signing.ts';
import { stats } from './stats.ts';
import { peerSet, sent } from './views.ts';
import type { Diagnostic, Gap, Neighbor, NeighborDown, Peer, SentMessage } from './types.ts';

/**
 * Makes a peer. Nothing happens before `start()`.
 *
 * ```ts
 * const peer = createPeer({ port: 8080, connect: ['10.0.0.7:8080'] });
 * peer.messages('news').subscribe((message) => console.log(message.from, message.text()));
 * await peer.start();
 * await peer.publish('hello', { topic: 'news' });
 * ```
 *
 * @throws InvalidOptionError naming the option; CredentialsError when the signing key can't be made or read;
 * CredentialsError when a secret or certificate can't be used
 */
export function createPeer(options: PeerOptions = {}): Peer {
  checkOptions(options);
  return createPeerIn(
    { world: nodeWorld, transport: createTcp({ sockets: socketsFor(options) }), id: newPeerId() },
    options,
  );
}

/** Where a peer lives: its world, its network, its name (one that signs is named after its key). */
export interface Surroundings {
  readonly world: World;
  readonly transport: Transport;
  readonly id: string;
}

/** The same peer in any world and on any network: what specs bring their own clock and network to. */
export function createPeerIn(surroundings: Surroundings, options: PeerOptions): Peer {
  const { world } = surroundings;
  const { settings, advertise, listen, rounds, keyFile, signal } = check(options, world.random);
  // Room for goodbyes beside the links themselves.
  const transport = limitAccepted(surroundings.transport, settings.maxLinks + settings.maxPending);
  const signing = settings.sign ? signingWith(keyFile) : undefined;
  const id = signing?.key.id ?? surroundings.id;
  const self = { id, epoch: Math.floor(world.clock.now()), address: '', advertise };
  const round = { period: rounds.period, publish: () => publishRound() };
  const running = runPeer({ self, settings, listen, rounds: round, signing }, world, transport);

  const deliveries = createDeliveries();
  const sent$ = new Subject<SentMessage>();
  const neighborUp$ = new Subject<Neighbor>();
  const neighborDown$ = new Subject<NeighborDown>();
  const gap$ = new Subject<Gap>();
  const diagnostic$ = new Subject<Diagnostic>();
  const state$ = new BehaviorSubject(peerSet({ id, address: '' }, undefined));
  const out = [deliveries.end$, sent$, neighborUp$, neighborDown$, gap$, diagnostic$, state$] as const;

  let counters: Readonly<Counters> = createCounters();
  let [address, listening] = ['', ''];
  let phase: 'new' | 'started' | 'closed' = 'new';
  let [started, closed]: (Promise<void> | undefined)[] = [];
  /** Who waits for `start()`. */
  let onListening: Waiter | undefined;
  const outgoing = createOutgoing(running.tell, world, settings);
  let latest: PeerState | undefined;

  const tellApplication = (notice: Notice) => {
    switch (notice.type) {
      case 'listening':
        // `:port`: the others add the address they see; here it is where we listen.
        address = notice.address.startsWith(':') ? notice.bound : notice.address;
        listening = notice.bound;
        onListening?.resolve();
        break;
      case 'deliver':
      case 'deliverBurst':
        deliveries.deliver(notice);
        break;
      case 'published':
        outgoing.taken(notice.ref, [pieceOf(notice.message.payload)]);
        if (sent$.observed) sent$.next(sent(notice.message, notice));
        break;
      case 'publishedBurst':
        outgoing.taken(notice.ref, notice.pieces);
        if (sent$.observed) for (const message of messagesOf(notice)) sent$.next(sent(message, notice));
        break;
      case 'flow':
        outgoing.flow(notice.open);
        break;
      case 'neighborUp':
        neighborUp$.next({ id: notice.id, address: notice.address });
        break;
      case 'neighborDown':
        neighborDown$.next({ id: notice.id, address: notice.address, reason: notice.reason });
        break;
      case 'gap': {
        const { origin, epoch, first, last, reason } = notice;
        gap$.next({ origin, epoch, first, last, reason });
        diagnostic$.next({
          level: 'warn',
          text: `messages ${first}..${last} of ${origin} are lost: ${reason}`,
        });
        break;
      }
      case 'log':
        diagnostic$.next({ level: notice.level, text: notice.text });
    }
  };

  const fail = (error: unknown) => {
    phase = 'closed';
    // A bug in the loop: whoever listens is told, start and publish reject with it.
    const why =
      error instanceof TransportError
        ? new ListenError(listen.host, listen.port, error.code, error.message)
        : toError(error);
    closed ??= transport.close(0);
    onListening?.reject(why);
    outgoing.fail(why);
    for (const subject of out) {
      if (listening === '') subject.complete();
      else subject.error(why);
    }
  };

  /** A round that can't be said (`say` throws, or says too much) is reported; the next one goes on. */
  const publishRound = () => {
    const failed = (error: unknown) =>
      diagnostic$.next({ level: 'error', text: `gossip round: ${toError(error).message}` });
    try {
      peer.publish(rounds.say(), { topic: rounds.topic }).catch(failed);
    } catch (error) {
      failed(error);
    }
  };

  const close = async (flushMs: number) => {
    outgoing.flush();
    const wasStarted = phase === 'started';
    phase = 'closed';
    signal?.removeEventListener('abort', onAbort);
    const waited = wasStarted && owes(running) ? await paid(running, world.clock, flushMs) : 0;
    if (wasStarted) running.tell({ type: 'leave' });
    onListening?.reject(new ClosedError('the peer was closed before it listened'));
    outgoing.end(new ClosedError());
    await transport.close(Math.max(0, flushMs - waited));
    latest = undefined;
    for (const subject of out) subject.complete();
  };
  const onAbort = () => void peer.close();

  /** What is to be said, as bytes. */
  const checked = (payload: string | Uint8Array) => {
    const bytes = toBytes(payload);
    if (phase === 'closed') throw new ClosedError();
    if (phase === 'new' || listening === '') throw new NotStartedError();
    if (bytes.length > settings.maxPayload)
      throw new TooLargeError('payload', bytes.length, settings.maxPayload);
    return bytes;
  };

  const start = () =>
    new Promise<void>((resolve, reject) => {
      onListening = { resolve, reject };
      phase = 'started';
      signal?.addEventListener('abort', onAbort, { once: true });
      running.notice$.subscribe({ next: tellApplication, error: fail });
      running.state$
        .pipe(
          distinctUntilChanged((a, b) => a.self === b.self && a.overlay === b.overlay),
          map((state) => {
            latest = state;
            return peerSet(state.self, state.overlay);
          }),
        )
        // An error is told through notice$.
        .subscribe({ next: (set) => state$.next(set), error: () => undefined });
      if (signing?.warning !== undefined) diagnostic$.next({ level: 'warn', text: signing.warning });
      running.state$
        .pipe(take(1))
        .subscribe({ next: (state) => (counters = state.counters), error: () => undefined });
      running.open();
    });

  const peer: Peer = {
    id,
    get address() {
      return address;
    },
    get listening() {
      return listening;
    },
    start() {
      if (phase === 'closed' && (started === undefined || listening !== ''))
        return Promise.reject(new ClosedError());
      if (signal?.aborted === true && started === undefined) {
        void peer.close();
        return Promise.reject(new ClosedError('the signal was aborted before the start'));
      }
      return (started ??= start());
    },
    get counters() {
      return { ...counters };
    },
    messages: deliveries.messages,
    sent$: sent$.asObservable(),
    neighborUp$: neighborUp$.asObservable(),
    neighborDown$: neighborDown$.asObservable(),
    state$: state$.asObservable(),
    gap$: gap$.asObservable(),
    diagnostic$: diagnostic$.asObservable(),
    publish(payload, options) {
      try {
        return outgoing.publish(checked(payload), topicIn(options));
      } catch (error) {
        return Promise.reject(toError(error));
      }
    },
    send: (payload, options) => outgoing.send(checked(payload), topicIn(options)),
    drained: () => outgoing.drained(),
    stats: () => stats(latest, running.links, outgoing.queuedBytes()),
    close(options = {}) {
      try {
        return (closed ??= close(flushMsIn(options)));
      } catch (error) {
        return Promise.reject(toError(error));
      }
    },
    [Symbol.asyncDispose]: () => peer.close(),
  };
  return peer;
}

const toError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
