import { createCounters } from '../../lib/protocol/counters.ts';
import { BehaviorSubject, filter, Subject } from 'rxjs';
import type {
  Diagnostic,
  Gap,
  Neighbor,
  NeighborDown,
  Peer,
  PeerSet,
  ReceivedMessage,
  SentMessage,
} from '../../lib/api/types.ts';

const id = { origin: 'ab'.repeat(16), epoch: 1700000000000, sequence: 7 };
const bytes = (payload: string | Uint8Array) =>
  typeof payload === 'string' ? Buffer.from(payload) : payload;

export function received(payload: string | Uint8Array, more: Partial<ReceivedMessage> = {}): ReceivedMessage {
  const text = () => Buffer.from(bytes(payload)).toString();
  return { payload: bytes(payload), text, from: 'a:1', via: 'b:2', hops: 2, topic: '', id, ...more };
}

export function sent(payload: string | Uint8Array, neighbors: readonly string[]): SentMessage {
  return {
    payload: bytes(payload),
    text: () => Buffer.from(bytes(payload)).toString(),
    topic: '',
    id,
    neighbors,
    lazy: neighbors.slice(1),
  };
}

interface Doers {
  start: () => Promise<void>;
  close: () => Promise<void>;
  publish: (text: string) => Promise<void>;
}

/** A peer without a network: a spec says what happens to it and sees what was asked of it. */
export function fakePeer() {
  const message$ = new Subject<ReceivedMessage>();
  const sent$ = new Subject<SentMessage>();
  const neighborUp$ = new Subject<Neighbor>();
  const neighborDown$ = new Subject<NeighborDown>();
  const gap$ = new Subject<Gap>();
  const diagnostic$ = new Subject<Diagnostic>();
  const state$ = new BehaviorSubject<PeerSet>({ id: 'me', address: '', neighbors: [], known: [] });
  const published: { text: string; topic: string | undefined }[] = [];
  const calls: string[] = [];
  const doers: Doers = {
    start: () => Promise.resolve(),
    close: () => Promise.resolve(),
    publish: () => Promise.resolve(),
  };
  const peer: Peer = {
    id: 'me',
    address: '127.0.0.1:8080',
    listening: '127.0.0.1:8080',
    start: () => doers.start(),
    messages: (topic) => message$.pipe(filter((message) => topic === undefined || message.topic === topic)),
    sent$,
    neighborUp$,
    neighborDown$,
    gap$,
    diagnostic$,
    counters: createCounters(),
    state$,
    publish: (payload, options) => {
      const text = Buffer.from(bytes(payload)).toString('latin1');
      published.push({ text, topic: options?.topic });
      return doers.publish(text);
    },
    send: (payload, options) => {
      void peer.publish(payload, options);
      return true;
    },
    drained: () => Promise.resolve(),
    stats: () => {
      throw new Error('no spec of the command asks for gauges');
    },
    close: () => {
      calls.push('close');
      return doers.close();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const meet = (address: string) => {
    const neighbor = { id: 'cd'.repeat(16), address };
    state$.next({ ...state$.value, neighbors: [...state$.value.neighbors, neighbor] });
    neighborUp$.next(neighbor);
  };
  return {
    peer,
    message$,
    sent$,
    neighborUp$,
    neighborDown$,
    diagnostic$,
    state$,
    published,
    calls,
    doers,
    meet,
  };
}

/** Lets everything that is ready happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}
