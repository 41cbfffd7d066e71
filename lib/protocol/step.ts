import type { Settings } from '../options.ts';
import { broadcastLayer, type NeighborChange } from './broadcast/layer.ts';
import { createBroadcast } from './broadcast/broadcast.ts';
import { createCounters } from './counters.ts';
import type { Effect } from './effects.ts';
import type { Env } from './env.ts';
import type { Event, LinkId } from './events.ts';
import { advertised, joinAddress } from './links/hello.ts';
import { createConduct, misbehaved } from './links/conduct.ts';
import { linksLayer } from './links/layer.ts';
import { noLinks, survivor } from './links/links.ts';
import { heard } from './links/liveness.ts';
import { tooFast } from './links/meter.ts';
import { burstIn, messagesOf } from './messages.ts';
import { noOverlay } from './overlay/overlay.ts';
import { overlayLayer } from './overlay/layer.ts';
import { isForLayers, isSignal, layerOf, type Input, type LayerName } from './routes.ts';
import { nothing, type Out, type PeerState, type PeerStep, type Self, type Signal } from './state.ts';

/** A peer before its birth: the scan's seed. A factory, because `broadcast` owns its collections. */
export const unborn = (self: Self, settings: Settings): PeerState => ({
  settings,
  self,
  links: noLinks,
  overlay: noOverlay,
  broadcast: createBroadcast(),
  conduct: createConduct(),
  counters: createCounters(),
  leaving: false,
});

/**
 * One event, routed to its layer; what that layer tells the others is routed in turn. Total: an event that
 * makes no sense (a frame of a link that is gone, anything after `leave`) changes nothing.
 */
export const step: PeerStep = (state, event, env) => {
  if (state.leaving) return [state, nothing];
  if (event.type === 'burst') return burst(state, event, env);
  if (event.type === 'received' && event.message.type === 'burst') {
    const { link, message, size = 0 } = event;
    return burst(state, { type: 'burst', link, size, ...burstIn(message) }, env);
  }
  const fast = overRate(state, event, env);
  if (fast === undefined) return handle(state, event, env);
  // It is noted, and handled all the same: what is dropped without a word would have to be repaired.
  const [noted, effects] = route(state, misbehaved(fast, 'tooFast'), 'links', env);
  const [next, more] = handle(noted, event, env);
  return [next, [...effects, ...more]];
};

const handle: PeerStep = (state, event, env) => {
  if (event.type === 'received' && !counts(state, event, env)) return route(state, event, 'links', env);
  switch (event.type) {
    case 'listening': {
      const { host, port } = event;
      const self = { ...state.self, address: advertised(state.self.advertise, host, port) };
      const [next, effects] = route({ ...state, self }, event, 'overlay', env);
      return [
        next,
        [{ type: 'listening', bound: joinAddress(host, port), address: self.address }, ...effects],
      ];
    }
    case 'leave': {
      const [next, effects] = route(state, event, 'links', env);
      return [{ ...next, leaving: true }, [...effects, { type: 'left' }]];
    }
    case 'received': {
      const to = layerOf(event);
      const link = to === 'links' ? event.link : survivor(state.links, event.link);
      return route(state, link === event.link ? event : { ...event, link }, to, env);
    }
    case 'took':
    case 'relieved': {
      // Its answer to a PING comes after all that the system holds for it: at 1 MB/s four seconds later.
      const pulse = state.links.get(event.link)?.pulse;
      if (pulse !== undefined) heard(pulse, env.now);
      return route(state, event, layerOf(event), env);
    }
    default:
      return route(state, event, layerOf(event), env);
  }
};

/** Together, unless the link is not one that counts, or its messages are to be counted one by one. */
function burst(state: PeerState, event: Event & { type: 'burst' }, env: Env) {
  const { link: id, size } = event;
  const { maxMessageRate, maxByteRate } = state.settings;
  const link = state.links.get(id);
  if (link?.phase === 'up' && maxMessageRate === 0 && maxByteRate === 0) {
    heard(link.pulse, env.now);
    return route(state, event, 'broadcast', env);
  }
  let current = state;
  const effects: Effect[] = [];
  const messages = messagesOf(event);
  for (const message of messages) {
    const one: Event = { type: 'received', link: id, message, size: size / messages.length };
    const [next, more] = step(current, one, env);
    current = next;
    effects.push(...more);
  }
  return [current, effects] as const;
}

/** The link whose message this is, when with it the link brings more than it may in a second. */
function overRate(state: PeerState, event: Event, { now }: Env): LinkId | undefined {
  if (event.type !== 'received' && event.type !== 'ignored') return undefined;
  const { maxMessageRate, maxByteRate } = state.settings;
  if (maxMessageRate === 0 && maxByteRate === 0) return undefined;
  const link = state.links.get(event.link);
  return link !== undefined && tooFast(link.meter, event.size ?? 0, state.settings, now)
    ? link.id
    : undefined;
}

/** May this link's message go beyond the links layer? Every frame is a sign of life. */
function counts(state: PeerState, event: Event & { type: 'received' }, env: Env): boolean {
  const link = state.links.get(event.link);
  if (link === undefined) return false;
  heard(link.pulse, env.now);
  return link.phase !== 'greeting';
}

function route(
  state: PeerState,
  input: Input,
  to: LayerName,
  env: Env,
): readonly [PeerState, readonly Effect[]] {
  const [next, out] = enter(state, input, to, env);
  if (!out.some(isForLayers)) return [next, out as readonly Effect[]];
  let current = next;
  const effects: Effect[] = [];
  const hand = (one: Signal | NeighborChange, layer: LayerName) => {
    const [after, more] = route(current, one, layer, env);
    current = after;
    effects.push(...more);
  };
  for (const one of out) {
    if (!isSignal(one)) effects.push(one);
    if (!isForLayers(one)) continue;
    hand(one, layerOf(one));
    if (one.type === 'peerMoved') hand(one, 'broadcast');
  }
  return [current, effects];
}

function enter(
  state: PeerState,
  input: Input,
  to: LayerName,
  env: Env,
): readonly [PeerState, readonly Out[]] {
  switch (to) {
    case 'links': {
      const [links, out] = linksLayer(state, input as Event | Signal, env);
      return [links === state.links ? state : { ...state, links }, out];
    }
    case 'overlay': {
      const [overlay, out] = overlayLayer(state, input as Event | Signal, env);
      return [overlay === state.overlay ? state : { ...state, overlay }, out];
    }
    case 'broadcast': {
      const [broadcast, out] = broadcastLayer(state, input, env);
      return [broadcast === state.broadcast ? state : { ...state, broadcast }, out];
    }
  }
}
