import { log } from '../effects.ts';
import { around } from '../env.ts';
import type { Event, LinkId } from '../events.ts';
import type { Address } from '../messages.ts';
import type { Layer, Signal } from '../state.ts';
import { dialDone, type Purpose } from './dials.ts';
import { discover, onDiscover, onPeers } from './discover.ts';
import { sweepIdle } from './idle.ts';
import { askToJoin, onForwardJoin, onJoin } from './join.ts';
import {
  ask,
  leaveIdle,
  onDisconnect,
  onNeighbor,
  onNeighborReply,
  refill,
  refillAfterLoss,
  refillAgain,
} from './neighbor.ts';
import { onResolved, probeAt, rejoin, remember } from './rejoin.ts';
import { plantSeeds, seedsRested, seedsTold } from './seeds.ts';
import { learnt, onShuffle, onShuffleReply, shuffle, shuffleLater } from './shuffle.ts';
import { change, forgetPassive, isFull, mapWith, mapWithout, send, turnOf, type Turn } from './turn.ts';
import { remove } from './views.ts';

/**
 * Who my neighbors are: HyParView (Leitao, Pereira, Rodrigues: "HyParView: a membership protocol for reliable
 * gossip-based broadcast", DSN 2007), with the departures that each file names. This file only routes.
 */
export const overlayLayer: Layer<'overlay', Event | Signal> = (state, input, env) => {
  const t = turnOf(state, env);
  handle(t, input);
  const { links, passive } = state.overlay;
  if (t.overlay.links !== links || t.overlay.passive !== passive) learnt(t);
  if (t.overlay.links !== links) neighborsChanged(t, state.overlay.neighbors);
  return [t.overlay, t.out];
};

function handle(t: Turn, input: Event | Signal): void {
  switch (input.type) {
    case 'listening':
      return born(t);
    case 'peerUp':
      return linkCounts(t, input.link);
    case 'peerMoved':
      return moved(t, input.from, input.to);
    case 'peerDown':
      return linkGone(t, input);
    case 'dialFailed':
      return dialFailed(t, input.address, input.reason);
    case 'metSelf':
      dialDone(t, input.address);
      return change(t, { own: new Set(t.overlay.own).add(input.address) });
    case 'resolved':
      return onResolved(t, input);
    case 'received':
      return received(t, input);
    case 'woken':
      return woken(t, input.alarm);
    default:
  }
}

function received(t: Turn, { link, message }: Event & { type: 'received' }): void {
  switch (message.type) {
    case 'discover':
      return onDiscover(t, link);
    case 'peers':
      return onPeers(t, link, message);
    case 'join':
      return onJoin(t, link, message.probe);
    case 'forwardJoin':
      return onForwardJoin(t, link, message);
    case 'neighbor':
      return onNeighbor(t, link, message.high);
    case 'neighborReply':
      return onNeighborReply(t, link, message.accepted);
    case 'disconnect':
      return onDisconnect(t, link);
    case 'shuffle':
      return onShuffle(t, link, message);
    case 'shuffleReply':
      return onShuffleReply(t, link, message);
    default:
  }
}

function woken(t: Turn, alarm: (Event & { type: 'woken' })['alarm']): void {
  switch (alarm) {
    case 'idle':
      return sweepIdle(t);
    case 'refill':
      return refillAgain(t);
    case 'shuffle':
      return shuffle(t);
    case 'probe':
      return rejoin(t);
    default:
  }
}

function born(t: Turn): void {
  change(t, { seeds: plantSeeds(t.state.settings.seeds) });
  shuffleLater(t);
  rejoin(t);
}

/** A link is up; the one that dialled it says what it wants. */
function linkCounts(t: Turn, id: LinkId): void {
  const link = t.state.links.get(id);
  if (link?.peer === undefined) return;
  // Another process at an address we dialled: the one we knew there is gone, though its link has not noticed.
  const ghost = [...t.overlay.neighbors.values()].find(
    (one) => one.address !== '' && one.address === link.dialled && one.id !== link.peer?.id,
  );
  if (ghost !== undefined) {
    remove(t, ghost.link, 'replaced by a newer process');
    t.out.push({ type: 'release', link: ghost.link });
  }
  const purpose = link.dialled === '' ? undefined : dialDone(t, link.dialled);
  if (purpose === undefined) change(t, { idle: mapWith(t.overlay.idle, id, t.env.now) });
  else speak(t, id, purpose);
  t.out.push({ type: 'wake', alarm: 'idle', at: t.env.now + t.state.settings.linger });
}

function speak(t: Turn, link: LinkId, purpose: Purpose): void {
  switch (purpose.type) {
    case 'join':
      return askToJoin(t, link, purpose.probe);
    case 'neighbor':
      return ask(t, link, purpose.high, purpose.firm);
    case 'reply':
      send(t, link, { type: 'shuffleReply', contacts: purpose.contacts });
      return leaveIdle(t, link);
  }
}

/** The same neighbor over another link (simultaneous dial): same place in the order, nothing is printed. */
function moved(t: Turn, from: LinkId, to: LinkId): void {
  if (t.overlay.neighbors.has(from)) {
    const entries = [...t.overlay.neighbors.values()].map((one) =>
      one.link === from ? { ...one, link: to } : one,
    );
    const neighbors = new Map(entries.map((one) => [one.link, one]));
    change(t, { neighbors, links: [...neighbors.keys()] });
  }
  const asked = t.overlay.asked.get(from);
  const errands = [from, to]
    .map((id) => t.state.links.get(id)?.dialled ?? '')
    .filter((dialled) => dialled !== '');
  const purpose = errands.map((dialled) => dialDone(t, dialled)).find((one) => one !== undefined);
  change(t, {
    asked: asked === undefined ? t.overlay.asked : mapWith(mapWithout(t.overlay.asked, from), to, asked),
    idle: mapWithout(t.overlay.idle, from),
  });
  if (t.overlay.neighbors.has(to)) return;
  if (purpose !== undefined && asked === undefined) speak(t, to, purpose);
  else leaveIdle(t, to);
}

function linkGone(t: Turn, { link, peer, reason, how }: Signal & { type: 'peerDown' }): void {
  const neighbor = remove(t, link, reason);
  change(t, { asked: mapWithout(t.overlay.asked, link), idle: mapWithout(t.overlay.idle, link) });
  if (how === 'left') forgetPassive(t, peer.address);
  else if (neighbor !== undefined && how === 'lost') remember(t, peer.address);
  if (neighbor === undefined) refill(t);
  else refillAfterLoss(t);
}

/** It can't be reached: no reserve, and the next candidate is asked. */
function dialFailed(t: Turn, address: Address, reason: string): void {
  const purpose = dialDone(t, address);
  forgetPassive(t, address);
  const join = purpose?.type === 'join';
  const first =
    join && [...t.overlay.seeds.values()].some((seed) => !seed.told && seed.addresses.includes(address));
  if (first) change(t, { seeds: seedsTold(t.overlay.seeds, address) });
  t.out.push(
    log(first ? 'info' : 'debug', `no link to ${address}: ${reason}${join ? '; trying again' : ''}`),
  );
  refill(t);
}

/** After any change of the active view: discovery over the new links, seeds at once when nobody is left. */
function neighborsChanged(t: Turn, before: Turn['overlay']['neighbors']): void {
  const ids = new Set([...before.values()].map((one) => one.id));
  for (const one of t.overlay.neighbors.values()) if (!ids.has(one.id)) discover(t, one.link);
  if (t.overlay.neighbors.size > 0) change(t, { seeds: seedsRested(t.overlay.seeds) });
  else probeAt(t, t.env.now);
  const { probeCalm, probeEvery } = t.state.settings;
  if (before.size === 0 && t.overlay.neighbors.size > 0) probeAt(t, around(t.env, probeEvery));
  if (!isFull(t)) return refill(t);
  if (t.overlay.declined.size > 0) change(t, { declined: new Set() });
  if (before.size < t.overlay.neighbors.size && t.overlay.lost.size === 0)
    probeAt(t, around(t.env, probeCalm));
}
