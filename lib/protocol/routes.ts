import type { NeighborChange } from './broadcast/layer.ts';
import type { Alarm, Event } from './events.ts';
import type { MessageType } from './messages.ts';
import type { Out, Signal } from './state.ts';

/** What is routed: events from outside, and what the layers tell each other. */
export type Input = Event | Signal | NeighborChange;

export type LayerName = 'links' | 'overlay' | 'broadcast';

/** Which layer a message belongs to. */
const layerOfMessage: Record<MessageType, LayerName> = {
  hello: 'links',
  bye: 'links',
  ping: 'links',
  pong: 'links',
  discover: 'overlay',
  peers: 'overlay',
  join: 'overlay',
  forwardJoin: 'overlay',
  neighbor: 'overlay',
  neighborReply: 'overlay',
  disconnect: 'overlay',
  shuffle: 'overlay',
  shuffleReply: 'overlay',
  gossip: 'broadcast',
  burst: 'broadcast',
  ihave: 'broadcast',
  graft: 'broadcast',
  prune: 'broadcast',
  gone: 'broadcast',
  marks: 'broadcast',
};

const layerOfAlarm: Record<Alarm, LayerName> = {
  links: 'links',
  idle: 'overlay',
  refill: 'overlay',
  shuffle: 'overlay',
  probe: 'overlay',
  ihave: 'broadcast',
  graft: 'broadcast',
  repair: 'broadcast',
  store: 'broadcast',
  marks: 'broadcast',
  slow: 'broadcast',
};

/** Where everything but messages and alarms goes. */
const layersOf: Record<Exclude<Input['type'], 'received' | 'woken'>, LayerName> = {
  listening: 'overlay',
  linkUp: 'links',
  burst: 'broadcast',
  ignored: 'links',
  refused: 'links',
  linkDown: 'links',
  congested: 'broadcast',
  took: 'broadcast',
  relieved: 'broadcast',
  stuck: 'links',
  handshakeFailed: 'links',
  credentials: 'links',
  dialFailed: 'overlay',
  resolved: 'overlay',
  publish: 'broadcast',
  publishBurst: 'broadcast',
  signed: 'broadcast',
  verified: 'broadcast',
  leave: 'links',
  peerUp: 'overlay',
  peerMoved: 'overlay',
  peerDown: 'overlay',
  metSelf: 'overlay',
  release: 'links',
  misbehaved: 'links',
  neighborUp: 'broadcast',
  neighborDown: 'broadcast',
};

export function layerOf(input: Input): LayerName {
  if (input.type === 'received') return layerOfMessage[input.message.type];
  if (input.type === 'woken') return layerOfAlarm[input.alarm];
  return layersOf[input.type];
}

const everySignal: Record<Signal['type'], true> = {
  peerUp: true,
  peerMoved: true,
  peerDown: true,
  metSelf: true,
  dialFailed: true,
  release: true,
  stuck: true,
  misbehaved: true,
};

const signals: ReadonlySet<string> = new Set(Object.keys(everySignal));

export const isSignal = (out: Out): out is Signal => signals.has(out.type);

/** Signals, and the two effects that the broadcast must know of too. */
export const isForLayers = (out: Out): out is Signal | NeighborChange =>
  isSignal(out) || out.type === 'neighborUp' || out.type === 'neighborDown';
