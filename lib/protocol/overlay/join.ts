import { around } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { MessageOf } from '../messages.ts';
import { askAt, leaveIdle, refillNotBefore, waitForAnswer } from './neighbor.ts';
import { isTarget, spend } from './targets.ts';
import { change, isFull, isUseless, pick, sample, send, type Turn } from './turn.ts';
import { activate, contacts, reserve } from './views.ts';

/** JOIN and FORWARDJOIN: HyParView section 4.2, algorithm 1. */

/** How many a JOIN may say when the seed has no place: `PEERS`, as to a DISCOVER. */
const busyCandidates = 8;

/** Until its walks have ended a newcomer asks nobody of itself: they bring it neighbors, and those it knows of are full. */
export function askToJoin(t: Turn, link: LinkId, probe: boolean): void {
  waitForAnswer(t, link, true);
  send(t, link, { type: 'join', probe });
  if (!probe) refillNotBefore(t, around(t.env, t.state.settings.refillEvery));
}

/**
 * A newcomer is always taken, and walks on to others so that it is known beyond us. A probe (a peer that has
 * neighbors, but none of its seeds among them, makes sure that it is not in a part split off) is taken once
 * per `probeEvery`; the others are told "busy, try these".
 */
export function onJoin(t: Turn, link: LinkId, probe: boolean): void {
  const { settings, links } = t.state;
  const address = links.get(link)?.peer?.address ?? '';
  const { passive, probedAt } = t.overlay;
  // Whom we hear of by shuffles is not split off.
  const busy = probe && isFull(t) && (passive.has(address) || t.env.now - probedAt < settings.probeEvery);
  if (busy && !t.overlay.neighbors.has(link)) {
    const addresses = contacts(t, busyCandidates / 2, busyCandidates / 2, address).map((one) => one.address);
    send(t, link, { type: 'peers', addresses });
    send(t, link, { type: 'neighborReply', accepted: false });
    leaveIdle(t, link);
    return;
  }
  if (probe) change(t, { probedAt: t.env.now });
  activate(t, link);
  const others = t.overlay.links.filter((one) => one !== link);
  send(t, link, { type: 'neighborReply', accepted: true });
  // Nobody could dial an undialable peer: it is given candidates instead, and dials itself. And one link is
  // all a probe is for: its peer is known.
  if (probe || address === '' || others.length === 0) return;
  // The paper sends a walk through each of them. But each may end with two neighbors for the newcomer (see
  // `evict`), and what is more than it has room for would only be declined.
  const walks = Math.ceil((settings.activeView - 1) / 2);
  t.out.push({
    type: 'send',
    links: sample(t, others, walks),
    message: { type: 'forwardJoin', address, ttl: settings.activeWalk },
  });
}

/**
 * The walk of a newcomer's address. On the way it leaves a reserve; where it ends the peer asks the newcomer, and makes
 * room for it. Unlike in the paper a newcomer that is full by now declines: it would have to drop somebody itself.
 */
export function onForwardJoin(t: Turn, from: LinkId, { address, ttl }: MessageOf<'forwardJoin'>): void {
  if (!isTarget(t, from, address)) return;
  const { activeWalk, passiveWalk } = t.state.settings;
  const hops = Math.min(ttl, activeWalk);
  const onward = t.overlay.links.filter((one) => one !== from);
  const next = pick(t, onward);
  if (hops === 0 || next === undefined) {
    if (!isUseless(t, address) && spend(t, 'walk')) askAt(t, address, false, true);
    return;
  }
  if (hops === passiveWalk) reserve(t, address, 0);
  send(t, next, { type: 'forwardJoin', address, ttl: hops - 1 });
}
