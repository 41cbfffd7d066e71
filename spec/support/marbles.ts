/**
 * Marble specs of whatever decides: a diagram of events goes in, a diagram of effects comes out.
 *
 *     play({
 *       given: [born()],
 *       events: ' u-h-',
 *       effects: 'U-H-',
 *       where: {
 *         u: up(1),
 *         U: [send([1], helloOf(A)), wake('links', 5000)],
 *         h: hello(1, B),
 *         H: [neighborUp(1, B), send([1], discover), wake('links', 2750)],
 *       },
 *     });
 *
 * One frame is one millisecond, `now` is the frame's number; ` 997ms ` passes time. Every event is a turn and
 * every turn a frame with the **whole** effect array, so nothing can be done unseen; `.` is a turn that does nothing.
 * By custom the effects of event `u` are called `U`, and a blank before the events keeps the columns aligned.
 */
import { inspect } from 'node:util';
import { EMPTY, finalize, map, merge, type ObservableNotification } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { createAlarms } from '../../lib/loop/alarms.ts';
import { defaults, type Settings } from '../../lib/options.ts';
import type { Misbehaviour } from '../../lib/protocol/links/misbehaviour.ts';
import { broadcastLayer, type NeighborChange } from '../../lib/protocol/broadcast/layer.ts';
import type { Effect } from '../../lib/protocol/effects.ts';
import type { Env } from '../../lib/protocol/env.ts';
import type { Alarm, Event, LinkId } from '../../lib/protocol/events.ts';
import { advertised } from '../../lib/protocol/links/hello.ts';
import { linksLayer } from '../../lib/protocol/links/layer.ts';
import { survivor } from '../../lib/protocol/links/links.ts';
import { heard as signOfLife } from '../../lib/protocol/links/liveness.ts';
import {
  byeCodes,
  noProof,
  versions,
  type Address,
  type Announcement,
  type ByeReason,
  type Contact,
  type Mark,
  type Message,
  type MessageOf,
  type Run,
} from '../../lib/protocol/messages.ts';
import { overlayLayer } from '../../lib/protocol/overlay/layer.ts';
import { isForLayers, layerOf, type LayerName } from '../../lib/protocol/routes.ts';
import type { Loss, Out, PeerInfo, PeerState, Self, Signal } from '../../lib/protocol/state.ts';
import { step, unborn } from '../../lib/protocol/step.ts';

export type Decide = (state: PeerState, event: Event, env: Env) => readonly [PeerState, readonly Out[]];

export interface Play {
  /** What has happened before, all of it at 0 ms; its effects are not compared. */
  readonly given?: readonly Event[];
  readonly events: string;
  readonly effects: string;
  /** What the letters stand for: an event in the one diagram, all effects of a turn in the other. */
  readonly where: Readonly<Record<string, Event | readonly Out[]>>;
  /** What decides. Default: the whole peer. */
  readonly through?: Decide;
  /** The random numbers in order; one too few fails. Default: 0.5 for ever, which makes every jitter 1. */
  readonly random?: readonly number[];
  readonly settings?: Partial<Settings>;
  readonly self?: Partial<Self>;
  /** Alarms ring by themselves, as in a running peer, until the events complete (`|`). Default: `woken` is an event like any other. */
  readonly alarmsRing?: boolean;
}

/** Plays the events and compares the effects; returns the state after the last turn. */
export function play(scene: Play): PeerState {
  const { given = [], events, effects, where, through = step, settings, self, alarmsRing = false } = scene;
  const scheduler = new TestScheduler((actual: Frame[], expected: Frame[]) => {
    expect(actual.flatMap(lines)).toEqual(expected.flatMap(lines));
    expect(actual).toEqual(expected);
  });
  const random = fixed(scene.random);
  let state = peerState(settings, self);
  scheduler.run(({ cold, expectObservable }) => {
    // A scene whose alarms ring and whose events do not complete would go on for ever.
    scheduler.maxFrames = 600_000;
    const alarms = createAlarms<Alarm>(scheduler);
    const turn = (event: Event): readonly Out[] => {
      const [next, out] = through(state, event, { now: scheduler.now(), random });
      state = next;
      for (const one of out)
        if (alarmsRing && one.type === 'wake') alarms.set(one.alarm, one.at, one.instead);
      return out;
    };
    given.forEach(turn);
    const woken$ = alarmsRing ? alarms.woken$.pipe(map((alarm) => woken(alarm))) : EMPTY;
    const event$ = cold(events, where as Record<string, Event>).pipe(finalize(() => alarms.stop()));
    expectObservable(merge(woken$, event$).pipe(map(turn))).toBe(effects, { '.': [], ...where });
  });
  return state;
}

interface Frame {
  readonly frame: number;
  readonly notification: ObservableNotification<unknown>;
}

/** A frame as people read it: when, then one line an effect. */
function lines({ frame, notification }: Frame): string[] {
  const at = `${frame} ms: `;
  if (notification.kind === 'E') return [at + inspect(notification.error)];
  if (notification.kind === 'C') return [`${at}complete`];
  const effects = notification.value;
  // A letter that the dictionary lacks stands for itself.
  if (!Array.isArray(effects)) return [`${at}no entry for ${inspect(effects)}`];
  const show = (effect: unknown) =>
    at + inspect(effect, { breakLength: Infinity, depth: Infinity, sorted: true });
  return effects.length === 0 ? [`${at}nothing`] : effects.map(show);
}

/** A peer that nothing has happened to: the one called A. */
export const peerState = (settings: Partial<Settings> = {}, self: Partial<Self> = {}): PeerState =>
  unborn({ ...A, advertise: '', ...self }, { ...defaults, ...settings });

/** These numbers in this order, and a failure after the last. */
export function fixed(numbers?: readonly number[]): () => number {
  if (numbers === undefined) return () => 0.5;
  const rest = [...numbers];
  return () => {
    const next = rest.shift();
    if (next === undefined) throw new Error('more random numbers were drawn than the spec gives');
    return next;
  };
}

/** The links layer alone, what it tells the others (`peerUp` ...) unrouted. `step.ts` notes the sign of life. */
export const linksOnly: Decide = (state, event, env) => {
  noteLife(state, event, env);
  const [links, out] = linksLayer(state, event, env);
  return [{ ...state, links }, out];
};

function noteLife(state: PeerState, event: Event, env: Env): void {
  const link = event.type === 'received' ? state.links.get(event.link) : undefined;
  if (link !== undefined) signOfLife(link.pulse, env.now);
}

/** All layers work, and of what they do only this one's part is seen: its effects, and what it tells the others. */
const only =
  (layer: LayerName): Decide =>
  (before, event, env) => {
    let state = before;
    if (event.type === 'listening') {
      const address = advertised(state.self.advertise, event.host, event.port);
      state = { ...state, self: { ...state.self, address } };
    }
    const seen: Out[] = [];
    const enter = (input: Event | Signal | NeighborChange, to: LayerName) => {
      const slice =
        to === 'links'
          ? linksLayer(state, input as Event | Signal, env)
          : to === 'overlay'
            ? overlayLayer(state, input as Event | Signal, env)
            : broadcastLayer(state, input, env);
      state = { ...state, [to]: slice[0] };
      if (to === layer) seen.push(...slice[1]);
      for (const one of slice[1]) {
        if (isForLayers(one)) enter(one, layerOf(one));
        if (one.type === 'peerMoved') enter(one, 'broadcast');
      }
    };
    noteLife(state, event, env);
    const to = layerOf(event);
    const counts = event.type === 'received' && to !== 'links';
    enter(counts ? { ...event, link: survivor(state.links, event.link) } : event, to);
    return [state, seen];
  };

/** HyParView's part of what the whole peer does. */
export const overlayOnly = only('overlay');
/** Plumtree's part of what the whole peer does. */
export const broadcastOnly = only('broadcast');

// The cast. A is the peer under test.

const someone = (digit: string, host: number): PeerInfo => ({
  id: digit.repeat(32),
  epoch: 1000 + host,
  address: `10.0.0.${host}:8080`,
});
export const A = someone('a', 1);
export const B = someone('b', 2);
export const C = someone('c', 3);
export const D = someone('d', 4);
export const E = someone('e', 5);

/** Where an accepted link comes from: a port nobody listens on. */
export const remoteOf = (link: LinkId): Address => `10.0.0.${link + 1}:4${String(link).padStart(4, '0')}`;

// Messages.

export const helloOf = (who: PeerInfo, over: Partial<MessageOf<'hello'>> = {}): MessageOf<'hello'> => ({
  type: 'hello',
  ...versions,
  cluster: '',
  ...who,
  serial: 0,
  ...over,
});
export const bye = (reason: ByeReason, text = ''): Message => ({ type: 'bye', code: byeCodes[reason], text });
export const ping = (nonce: number): Message => ({ type: 'ping', nonce });
export const pong = (nonce: number): Message => ({ type: 'pong', nonce });
export const discover: Message = { type: 'discover' };
export const join = (probe = false): Message => ({ type: 'join', probe });
export const forwardJoin = (address: Address, ttl: number): Message => ({
  type: 'forwardJoin',
  address,
  ttl,
});
export const neighbor = (high: boolean): Message => ({ type: 'neighbor', high });
export const neighborReply = (accepted: boolean): Message => ({ type: 'neighborReply', accepted });
export const disconnect: Message = { type: 'disconnect' };
export const contact = (address: Address, age = 0): Contact => ({ address, age });
export const shuffle = (address: Address, ttl: number, ...contacts: Contact[]): Message => ({
  type: 'shuffle',
  address,
  ttl,
  contacts,
});
export const shuffleReply = (...contacts: Contact[]): Message => ({ type: 'shuffleReply', contacts });
export const ihave = (...ids: Announcement[]): Message => ({ type: 'ihave', ids });
export const graft = (ids: readonly Run[], over: Partial<MessageOf<'graft'>> = {}): Message => ({
  type: 'graft',
  ids,
  eager: true,
  payload: true,
  ...over,
});
export const prune = (origin: PeerInfo): Message => ({ type: 'prune', origin: origin.id });
export const gone = (...ids: Run[]): Message => ({ type: 'gone', ids });
export const marks = (list: readonly Mark[] = [], over: Partial<MessageOf<'marks'>> = {}): Message => ({
  type: 'marks',
  marks: list,
  last: true,
  reply: false,
  ...over,
});
export const run = (origin: PeerInfo, first: number, last = first): Run => ({
  origin: origin.id,
  epoch: origin.epoch,
  first,
  last,
});
export const announced = (origin: PeerInfo, first: number, hop = 1, last = first): Announcement => ({
  ...run(origin, first, last),
  hop,
});
export const markOf = (origin: PeerInfo, low: number, high = low): Mark => ({
  origin: origin.id,
  epoch: origin.epoch,
  low,
  high,
});
export const peers = (...addresses: Address[]): Message => ({ type: 'peers', addresses });
export const bytes = (text: string) => new TextEncoder().encode(text);
export const gossip = (
  origin: PeerInfo,
  sequence: number,
  over: Partial<MessageOf<'gossip'>> = {},
): MessageOf<'gossip'> => ({
  type: 'gossip',
  origin: origin.id,
  epoch: origin.epoch,
  address: origin.address,
  sequence,
  hop: 1,
  topic: '',
  payload: bytes(`message ${sequence}`),
  proof: noProof,
  ...over,
});

// Events.

export const born = (host = '10.0.0.1', port = 8080): Event => ({ type: 'listening', host, port });
/** Someone dialled us; who has two links is at the same host with both. */
export const up = (link: LinkId, remote = remoteOf(link)): Event => ({
  type: 'linkUp',
  link,
  remote,
  dialled: '',
});
/** Our dial came through. */
export const dialled = (link: LinkId, address: Address): Event => ({
  type: 'linkUp',
  link,
  remote: address,
  dialled: address,
});
export const heard = (link: LinkId, message: Message): Event => ({ type: 'received', link, message });
export const hello = (link: LinkId, who: PeerInfo, over?: Partial<MessageOf<'hello'>>): Event =>
  heard(link, helloOf(who, over));
export const refused = (link: LinkId, reason: string): Event => ({ type: 'refused', link, reason });
export const down = (link: LinkId, reason = 'closed by the other end'): Event => ({
  type: 'linkDown',
  link,
  reason,
});
/** How the outbox of a link stands. */
export const congested = (link: LinkId): Event => ({ type: 'congested', link });
export const took = (link: LinkId): Event => ({ type: 'took', link });
export const relieved = (link: LinkId): Event => ({ type: 'relieved', link });
export const stuck = (link: LinkId, reason: string): Event & Signal => ({ type: 'stuck', link, reason });
export const dialFailed = (address: Address, reason = 'connection refused') =>
  ({ type: 'dialFailed', address, reason }) as const;
export const resolved = (seed: string, addresses: readonly Address[], reason = ''): Event => ({
  type: 'resolved',
  seed,
  addresses,
  reason,
});
/** A link they dialled, and who they are. */
export const met = (link: LinkId, who: PeerInfo): Event[] => [up(link), hello(link, who)];
/** A neighbor: it had none and asked us. */
export const neighborOf = (link: LinkId, who: PeerInfo): Event[] => [
  ...met(link, who),
  heard(link, neighbor(true)),
];
export const woken = (alarm: Alarm): Event => ({ type: 'woken', alarm });
export const publish = (text: string, ref = 0, topic = ''): Event => ({
  type: 'publish',
  ref,
  topic,
  payload: bytes(text),
});
export const signed = (message: MessageOf<'gossip'>, ref = 0): Event => ({ type: 'signed', ref, message });
export const verified = (link: LinkId, message: MessageOf<'gossip'>, ok = true): Event => ({
  type: 'verified',
  link,
  message,
  ok,
});
export const leave: Event = { type: 'leave' };

// Effects.

export const dial = (address: Address): Effect => ({ type: 'dial', address });
export const send = (links: readonly LinkId[], message: Message): Effect => ({
  type: 'send',
  links,
  message,
});
/** Messages of one origin that follow each other and are sent out of the store, where their payloads lie together. */
export const sendAll = (links: readonly LinkId[], ...messages: readonly MessageOf<'gossip'>[]): Effect => {
  const bytes = Uint8Array.from(messages.flatMap(({ payload }) => [...payload]));
  let end = 0;
  const edges = messages.flatMap(({ payload }) => [end, (end += payload.length)]);
  return { type: 'sendBurst', links, first: messages[0]!, pieces: [{ bytes, edges }] };
};
export const hangUp = (link: LinkId, reason: ByeReason, text = ''): Effect => ({
  type: 'hangUp',
  link,
  bye: reason,
  text,
});
export const cut = (link: LinkId): Effect => ({ type: 'cut', link });
export const resolve = (seed: string): Effect => ({ type: 'resolve', seed });
export const wake = (alarm: Alarm, at: number, instead = false): Effect => ({
  ...{ type: 'wake', alarm, at },
  ...(instead && { instead }),
});
export const listening = (bound: Address, address: Address = bound): Effect => ({
  type: 'listening',
  bound,
  address,
});
export const deliver = (message: MessageOf<'gossip'>, via: PeerInfo): Effect => ({
  type: 'deliver',
  message,
  via: via.address,
});
export const published = (
  message: MessageOf<'gossip'>,
  neighbors: readonly PeerInfo[],
  ref = 0,
  lazy: readonly PeerInfo[] = [],
): Effect => ({
  type: 'published',
  ref,
  message,
  neighbors: neighbors.map(({ address }) => address),
  lazy: lazy.map(({ address }) => address),
});
export const flow = (open: boolean): Effect => ({ type: 'flow', open });
export const hold = (link: LinkId): Effect => ({ type: 'hold', link });
export const letGo = (link: LinkId): Effect => ({ type: 'letGo', link });
export const neighborUp = (link: LinkId, { id, address }: PeerInfo): Effect => ({
  type: 'neighborUp',
  link,
  id,
  address,
});
export const neighborDown = (link: LinkId, { id, address }: PeerInfo, reason: string): Effect => ({
  type: 'neighborDown',
  link,
  id,
  address,
  reason,
});
export const log = (level: 'debug' | 'info' | 'warn' | 'error', text: string): Effect => ({
  type: 'log',
  level,
  text,
});
export const gap = (origin: PeerInfo, first: number, last: number, reason: string): Effect => ({
  type: 'gap',
  origin: origin.id,
  epoch: origin.epoch,
  first,
  last,
  reason,
});
export const sign = (message: MessageOf<'gossip'>, ref = 0): Effect => ({ type: 'sign', ref, message });
export const verify = (link: LinkId, message: MessageOf<'gossip'>): Effect => ({
  type: 'verify',
  link,
  message,
});
export const left: Effect = { type: 'left' };

// What the layers tell each other.

export const misbehaved = (link: LinkId, what: Misbehaviour): Signal => ({ type: 'misbehaved', link, what });

export const peerUp = (link: LinkId): Signal => ({ type: 'peerUp', link });
export const peerMoved = (from: LinkId, to: LinkId): Signal => ({ type: 'peerMoved', from, to });
export const peerDown = (link: LinkId, peer: PeerInfo, reason: string, how: Loss = 'lost'): Signal => ({
  type: 'peerDown',
  link,
  peer,
  reason,
  how,
});
export const release = (link: LinkId): Signal => ({ type: 'release', link });
export const metSelf = (address: Address): Signal => ({ type: 'metSelf', address });
