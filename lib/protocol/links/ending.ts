import { log } from '../effects.ts';
import type { Env } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { ByeReason } from '../messages.ts';
import { nothing, type Loss, type Out, type PeerState } from '../state.ts';
import { blame, words } from './conduct.ts';
import { withoutLink, type Links, type LinkState } from './links.ts';
import type { Misbehaviour } from './misbehaviour.ts';

/** How links end: with a BYE, by misbehaving, or by going down. */

export type Change = readonly [Links, readonly Out[]];

/**
 * Notes a misbehaviour, and ends the link when it is past the line. `reason`: what makes it end in any case, because
 * the rest of it can't be made sense of.
 */
export function offended(
  state: PeerState,
  id: LinkId,
  what: Misbehaviour,
  reason: string,
  { now }: Env,
): Change {
  const link = state.links.get(id);
  if (link === undefined) return [state.links, nothing];
  const ban = blame(state.conduct, state.counters, link, what, state.settings, now);
  if (reason !== '') return hangUp(state, id, 'protocol', reason, 'warn');
  if (ban === 0) return [state.links, nothing];
  return hangUp(state, id, 'banned', `${words[what]}: banned for ${ban / 1000} s`, 'warn');
}

/** Ends a link with a reason on both sides: BYE for the other, a diagnostic for ours. */
export function hangUp(
  state: PeerState,
  id: LinkId,
  bye: ByeReason,
  text: string,
  level: 'debug' | 'info' | 'warn' | 'error',
): Change {
  const link = state.links.get(id);
  if (link === undefined) return [state.links, nothing];
  return [withoutLink(state.links, id), farewell(link, bye, text, level)];
}

/** What is to be done where a link is ended so. */
export function farewell(
  link: LinkState,
  bye: ByeReason,
  text: string,
  level: 'debug' | 'info' | 'warn' | 'error',
): readonly Out[] {
  const note = log(level, `link to ${link.dialled || link.remote} closed: ${text || bye}`);
  return [{ type: 'hangUp', link: link.id, bye, text: fitting(text) }, note, ...loss(link, text)];
}

/** Ends a link on which nothing can be said any more, a BYE neither. */
export function drop(state: PeerState, id: LinkId, why: string): Change {
  const link = state.links.get(id);
  if (link === undefined) return [state.links, nothing];
  const reason = `too slow: ${why}`;
  const [links, out] = down(state, id, reason);
  return [
    links,
    [{ type: 'cut', link: id }, log('warn', `${link.dialled || link.remote} is ${reason}`), ...out],
  ];
}

/** A BYE's text has at most 255 bytes of UTF-8, in which a UTF-16 unit takes at most 3. */
const fitting = (text: string) => text.slice(0, /^[\x20-\x7e]*$/.test(text) ? 255 : 85);

export function down(state: PeerState, id: LinkId, reason: string, how: Loss = 'lost'): Change {
  const link = state.links.get(id);
  if (link === undefined) return [state.links, nothing];
  return [withoutLink(state.links, id), loss(link, reason, how)];
}

/** What the others are told where a link is gone. */
export function loss(link: LinkState, reason: string, how: Loss = 'lost'): readonly Out[] {
  if (link.phase === 'up' && link.peer !== undefined)
    return [{ type: 'peerDown', link: link.id, peer: link.peer, reason, how }];
  // A dial that ends before the other's HELLO has failed, whatever the socket said.
  const failed = link.phase === 'greeting' && link.dialled !== '';
  return failed ? [{ type: 'dialFailed', address: link.dialled, reason }] : nothing;
}
