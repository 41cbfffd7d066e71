import { around } from '../env.ts';
import type { LinkId } from '../events.ts';
import { misbehaved } from '../links/conduct.ts';
import type { Address } from '../messages.ts';
import { dial } from './dials.ts';
import {
  change,
  forgetPassive,
  isFull,
  isUseless,
  mapWith,
  mapWithout,
  sample,
  send,
  type Turn,
} from './turn.ts';
import { spend } from './targets.ts';
import { activate, deactivate, reserve } from './views.ts';

/**
 * NEIGHBOR and its answer, DISCONNECT, and the refill of the active view: HyParView section 4.3.
 *
 * Departing from the paper, a peer enters the active view only after it answered, so one that can't be
 * reached never does; and the relation is mutual: whoever says yes lists the other from then on, whoever
 * hears yes either lists it too or says DISCONNECT.
 */

/** Asks over a link that is up. High priority can't be declined, so only those with no neighbor, or few, ask it. */
export function ask(t: Turn, link: LinkId, high: boolean, firm: boolean): void {
  waitForAnswer(t, link, firm);
  send(t, link, { type: 'neighbor', high });
}

export function waitForAnswer(t: Turn, link: LinkId, firm: boolean): void {
  change(t, {
    asked: mapWith(t.overlay.asked, link, { at: t.env.now, firm }),
    idle: mapWithout(t.overlay.idle, link),
  });
  t.out.push({ type: 'wake', alarm: 'idle', at: t.env.now + t.state.settings.askTimeout });
}

export function onNeighbor(t: Turn, link: LinkId, high: boolean): void {
  const accepted = high || !isFull(t) || t.overlay.neighbors.has(link);
  if (accepted) activate(t, link);
  send(t, link, { type: 'neighborReply', accepted });
}

export function onNeighborReply(t: Turn, link: LinkId, accepted: boolean): void {
  const asked = t.overlay.asked.get(link);
  change(t, { asked: mapWithout(t.overlay.asked, link) });
  if (t.overlay.neighbors.has(link)) return;
  if (asked?.withdrawn === true) return refill(t);
  const address = t.state.links.get(link)?.peer?.address ?? '';
  if (accepted && (!isFull(t) || asked?.firm === true)) {
    activate(t, link);
    refill(t);
    return;
  }
  reserve(t, address, 0);
  leaveIdle(t, link);
  // The other lists us by now: full after all, so it must be told, or the relation would be one-sided.
  if (accepted) send(t, link, { type: 'disconnect' });
  else {
    decline(t, address);
    refill(t);
  }
}

export function onDisconnect(t: Turn, link: LinkId): void {
  deactivate(t, link, 'it made room for another');
  change(t, { asked: mapWithout(t.overlay.asked, link) });
  // It has just said no: the others first.
  const address = t.state.links.get(link)?.peer?.address ?? '';
  decline(t, address);
  refill(t);
}

/** The others first. Bounded, because it is strangers who fill it. */
function decline(t: Turn, address: Address): void {
  const { declined } = t.overlay;
  const full = declined.size >= 4 * t.state.settings.passiveView;
  change(t, { declined: new Set(full ? [] : declined).add(address) });
}

/** It speaks, but does not answer: it is no candidate any more, or it would be dialled again and again. */
export function unanswered(t: Turn, link: LinkId): void {
  change(t, { asked: mapWithout(t.overlay.asked, link) });
  const address = t.state.links.get(link)?.peer?.address ?? '';
  forgetPassive(t, address);
  decline(t, address);
  t.out.push(misbehaved(link, 'unanswered'));
  leaveIdle(t, link);
  refill(t);
}

export function leaveIdle(t: Turn, link: LinkId): void {
  if (!t.state.links.has(link) || t.overlay.neighbors.has(link) || t.overlay.asked.has(link)) return;
  change(t, { idle: mapWith(t.overlay.idle, link, t.env.now) });
  t.out.push({ type: 'wake', alarm: 'idle', at: t.env.now + t.state.settings.linger });
}

/**
 * While the active view has room, asks as many candidates as there are places; with low priority, so that
 * nobody is thrown out for it, or with high when we have no neighbor at all. Clusters of up to
 * `activeView` + 1 peers end as a full mesh. When all declined it waits, longer each time.
 *
 * Departing from the paper it waits when a few have declined, without going through the whole reserve: where these
 * few are full nearly all are, and each question costs a link.
 */
export function refill(t: Turn): void {
  const { overlay, state } = t;
  const pending =
    overlay.asked.size + [...overlay.dials.values()].filter(({ type }) => type !== 'reply').length;
  const { activeView } = state.settings;
  const places = activeView - overlay.neighbors.size - pending;
  if (places <= 0) return;
  const allFit = overlay.neighbors.size + overlay.passive.size <= activeView;
  const patient = overlay.neighbors.size > 0 && !allFit;
  if (patient && overlay.refillAt > t.env.now) return;
  if (patient && overlay.declined.size >= fewDeclined) return retryLater(t);
  const candidates = [...overlay.passive.keys()].filter(
    (address) => !isUseless(t, address) && !overlay.dials.has(address) && !overlay.declined.has(address),
  );
  const high = overlay.neighbors.size === 0;
  for (const address of sample(t, candidates, places)) {
    if (!spend(t, 'refill')) return retryLater(t);
    askAt(t, address, high);
  }
  if (candidates.length === 0 && overlay.declined.size > 0) retryLater(t);
}

/** So many have to decline before the others are left in peace for a while. */
const fewDeclined = 3;

/** Asks the peer at an address: over the link we have, or a new one. */
export function askAt(t: Turn, address: Address, high: boolean, firm = high): void {
  const link = linkTo(t, address);
  if (link === undefined) dial(t, address, { type: 'neighbor', high, firm });
  else if (!t.overlay.asked.has(link) && !t.overlay.neighbors.has(link)) ask(t, link, high, firm);
}

export function linkTo({ state }: Turn, address: Address): LinkId | undefined {
  for (const link of state.links.values())
    if (link.phase === 'up' && (link.peer?.address === address || link.dialled === address)) return link.id;
  return undefined;
}

/**
 * Those who declined may have room by now. Whoever has few neighbors asks one of them so that it can't decline. In
 * the paper only a peer without a neighbor may. But after a large failure two or three may have nobody but each
 * other, while all others are full. Not at once: those who were just dropped would throw each other out in turn.
 */
export function refillAgain(t: Turn): void {
  const { declined, neighbors, passive } = t.overlay;
  const hasFew = neighbors.size <= t.state.settings.activeView / 2;
  const asked = hasFew
    ? sample(
        t,
        [...declined].filter((address) => passive.has(address)),
        1,
      )
    : [];
  change(t, { declined: new Set(), refillAt: -Infinity });
  for (const address of asked) askAt(t, address, true);
  refill(t);
}

function retryLater(t: Turn): void {
  if (t.overlay.refillAt > t.env.now) return;
  const { refillEvery } = t.state.settings;
  const at = around(t.env, Math.min(refillEvery * 2 ** t.overlay.fruitless, 10 * refillEvery));
  change(t, { fruitless: t.overlay.fruitless + 1 });
  refillNotBefore(t, at);
}

/** Who has a neighbor asks nobody until then. */
export function refillNotBefore(t: Turn, at: number): void {
  change(t, { refillAt: at });
  t.out.push({ type: 'wake', alarm: 'refill', at });
}

/** A neighbor is gone, and perhaps not the only one: those who were full may have room now. */
export function refillAfterLoss(t: Turn): void {
  change(t, { declined: new Set(), fruitless: 0, refillAt: -Infinity });
  refill(t);
}
