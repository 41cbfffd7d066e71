import type { LinkId } from '../events.ts';
import type { Address, PeerId } from '../messages.ts';
import type { PeerInfo, PeerState } from '../state.ts';
import type { Meter } from './meter.ts';

/**
 * - `greeting`: connected, the other's HELLO is not here yet;
 * - `up`: counts;
 * - `retired`: lost to another link to the same process. Still read (drained, not cut), no longer written.
 */
export type Phase = 'greeting' | 'up' | 'retired';

export interface LinkState {
  readonly id: LinkId;
  /** The other end as the network shows it. */
  readonly remote: Address;
  /** The address we dialled, `''` when the other end did. */
  readonly dialled: Address;
  readonly phase: Phase;
  readonly openedAt: number;
  /** The dialler's number of this link: tells two links dialled by the same end apart, alike at both ends. */
  readonly serial: number;
  /** When a retired link is ended. */
  readonly drainedAt: number;
  /** Who it is; set by the other's HELLO. */
  readonly peer: PeerInfo | undefined;
  readonly pulse: Pulse;
  readonly meter: Meter;
}

/** Signs of life. Owned: changed in place by `liveness.ts` alone, because every frame does (copying the set would cost more than the frame). */
export interface Pulse {
  heardAt: number;
  /** PINGs sent since something was heard. */
  unanswered: number;
  pingedAt: number;
  /** When the last PONG came that answered a PING. */
  pongAt: number;
  nonce: number;
  /** Smoothed round trip in ms (RFC 6298's 7/8), undefined until the first PONG. */
  rtt: number | undefined;
}

export type Links = ReadonlyMap<LinkId, LinkState>;

export const noLinks: Links = new Map();

export function withLink(links: Links, link: LinkState): Links {
  return new Map(links).set(link.id, link);
}

export function withoutLink(links: Links, ...ids: readonly LinkId[]): Links {
  const rest = new Map(links);
  for (const id of ids) rest.delete(id);
  return rest;
}

/** The link that counts to the peer of this id. */
export function linkUpTo(links: Links, peer: PeerId | undefined): LinkState | undefined {
  for (const one of links.values()) if (one.phase === 'up' && one.peer?.id === peer) return one;
  return undefined;
}

/** What is said on a retired link counts as said on the one that stayed. */
export function survivor(links: Links, id: LinkId): LinkId {
  const link = links.get(id);
  return link?.phase !== 'retired' ? id : (linkUpTo(links, link.peer?.id)?.id ?? id);
}

/** Where a peer is dialled, or, when nobody can, where it is seen from: what people are shown. */
export function shownAddress(state: PeerState, id: LinkId): Address {
  const link = state.links.get(id);
  return link === undefined ? '' : (link.peer?.address ?? '') || link.remote;
}
