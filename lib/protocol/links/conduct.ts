import type { Settings } from '../../options.ts';
import type { Counters } from '../counters.ts';
import type { Address } from '../messages.ts';
import type { Signal } from '../state.ts';
import type { LinkId } from '../events.ts';
import type { LinkState } from './links.ts';
import { misbehaviours, type Misbehaviour } from './misbehaviour.ts';
import { hostOf, isLoopback } from './scope.ts';

/**
 * How others have behaved: a score, and past the line a ban. Before HELLO it is noted for the remote host, after
 * it for the peer id *as seen from that host*: ids are only claimed, so a ban by id alone would let anyone
 * have anyone banned. Owned: changed in place, from the step only; bounded by `maxOffenders`.
 */
export type Conduct = Map<string, Offender>;

interface Offender {
  /** Points, and when they were last counted: `scoreFades` of them go each second. */
  score: number;
  at: number;
  /** Bans so far, for the length of the next. */
  bans: number;
  until: number;
}

export const createConduct = (): Conduct => new Map();

/** Tells the links layer of a link's misbehaviour: it is counted, and scored. */
export const misbehaved = (link: LinkId, what: Misbehaviour): Signal => ({
  type: 'misbehaved',
  link,
  what,
});

type Known = Pick<Settings, 'limitLoopback' | 'maxOffenders' | 'scoreFades' | 'banFirst' | 'banLongest'>;

/** Whose account a link's doings go to; undefined when nobody's: on loopback, before HELLO, everyone is one host. */
export function accountOf({ remote, peer }: LinkState, { limitLoopback }: Known): string | undefined {
  const host = hostOf(remote);
  if (peer !== undefined) return peerAccount(peer.id, remote);
  return isLoopback(host) && !limitLoopback ? undefined : host;
}

export const peerAccount = (id: string, remote: Address): string => `${id}@${hostOf(remote)}`;

/** Notes a misbehaviour. Returns how long the ban is that it earns, in ms; 0 while it is below the line. */
export function blame(
  conduct: Conduct,
  counters: Counters,
  link: LinkState,
  what: Misbehaviour,
  settings: Known,
  now: number,
): number {
  counters[what] += 1;
  const account = accountOf(link, settings);
  if (account === undefined) return 0;
  const known = conduct.get(account) ?? { score: 0, at: now, bans: 0, until: 0 };
  const faded = ((now - known.at) / 1000) * settings.scoreFades;
  known.score = Math.max(0, known.score - faded) + misbehaviours[what];
  known.at = now;
  // To the end of the map: the ones that were quiet for longest are forgotten first.
  conduct.delete(account);
  conduct.set(account, known);
  if (conduct.size > settings.maxOffenders) conduct.delete(conduct.keys().next().value!);
  if (known.score < line) return 0;
  // Good for twice the longest ban: what was before is forgotten.
  if (now - known.until > 2 * settings.banLongest) known.bans = 0;
  const ban = Math.min(settings.banFirst * 2 ** known.bans, settings.banLongest);
  known.bans += 1;
  known.until = now + ban;
  known.score = 0;
  counters.bans += 1;
  return ban;
}

/** How much of its ban is left, in ms; 0 when there is none. */
export const bannedFor = (conduct: Conduct, account: string | undefined, now: number): number =>
  account === undefined ? 0 : Math.max(0, (conduct.get(account)?.until ?? 0) - now);

/** The score at which a link is closed and banned. */
const line = 100;

/** What a banned peer and our log are told. */
export const words: Readonly<Record<Misbehaviour, string>> = {
  malformed: 'sent what is no message',
  outOfTurn: 'spoke out of turn',
  impostor: 'took the id of another',
  tooFast: 'sent more in a second than is taken',
  regraft: 'asked for the same messages again and again',
  unanswered: 'left questions unanswered',
  forged: 'passed on messages without a good signature',
};
