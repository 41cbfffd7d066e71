import type { Settings } from '../../options.ts';
import type { Counters } from '../counters.ts';
import type { LinkId } from '../events.ts';
import type { Address } from '../messages.ts';
import type { PeerState } from '../state.ts';
import { bannedFor, type Conduct } from './conduct.ts';
import type { Links, LinkState } from './links.ts';
import { hostOf, isLoopback } from './scope.ts';

/** What becomes of a link that others dialled: let in, or `closes` one (perhaps itself) with a reason. */
export interface Verdict {
  readonly closes: LinkId;
  readonly bye: 'full' | 'banned';
  readonly text: string;
}

/**
 * May a new link come in? Bans and the limit by address are first, then room is made among those that have not
 * said HELLO; links that count are never closed for a newcomer.
 */
export function admission(
  state: PeerState & { readonly conduct: Conduct; readonly counters: Counters },
  id: LinkId,
  remote: Address,
  now: number,
): Verdict | undefined {
  const { settings, links, counters, conduct } = state;
  const host = hostOf(remote);
  const limited = settings.limitLoopback || !isLoopback(host);
  const ban = limited ? bannedFor(conduct, host, now) : 0;
  if (ban > 0) {
    counters.banned += 1;
    return { closes: id, bye: 'banned', text: `${host} is not taken back for ${Math.ceil(ban / 1000)} s` };
  }
  const theirs = [...links.values()].filter(({ dialled }) => dialled === '');
  const same = limited ? theirs.filter((link) => hostOf(link.remote) === host).length : 0;
  if (same >= settings.maxLinksPerAddress) {
    counters.linksOverAddress += 1;
    return { closes: id, bye: 'full', text: `${same} links from ${host} are up` };
  }
  const pending = theirs.filter(({ phase }) => phase === 'greeting');
  const over = exceeded(links, pending, settings);
  if (over === undefined) return undefined;
  counters[over.counter] += 1;
  return { closes: newestOfBusiest(pending, id, host), bye: 'full', text: over.text };
}

function exceeded(links: Links, pending: readonly LinkState[], { maxPending, maxLinks }: Settings) {
  if (pending.length >= maxPending)
    return { counter: 'linksOverPending', text: `${pending.length} links wait for a hello` } as const;
  if (links.size >= maxLinks) return { counter: 'linksOverAll', text: `${links.size} links are up` } as const;
  return undefined;
}

/**
 * Of the links without a HELLO, the newcomer among them: the newest from the host that has most. So one that
 * opens many makes room for the others, and cannot push them out.
 */
function newestOfBusiest(pending: readonly LinkState[], newcomer: LinkId, host: string): LinkId {
  const newest = new Map([[host, { count: 1, id: newcomer }]]);
  for (const { id, remote } of pending) {
    const of = newest.get(hostOf(remote));
    newest.set(hostOf(remote), {
      count: (of?.count ?? 0) + 1,
      id: Math.max(of?.id ?? id, id),
    });
  }
  let busiest = newest.get(host)!;
  for (const one of newest.values()) if (one.count > busiest.count) busiest = one;
  return busiest.id;
}
