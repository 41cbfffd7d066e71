import type { LinkId } from '../events.ts';
import type { Broadcast } from './broadcast.ts';
import type { Origin } from './origins.ts';

/**
 * Eager and lazy: Plumtree sections 3.2 and 3.4, with one tree per origin, because the paper's single tree
 * fits a single sender. What is learnt for any origin is also applied to a shared tree, which is the paper's;
 * an origin first heard of starts from it instead of from a flood, and goes its own way from then on.
 *
 * A tree with one origin has a direction, so each end of a link decides only what it receives: PRUNE stops what
 * comes, GRAFT asks for it again, and what we send is up to the other. (In the paper either message settles both
 * directions. Then a copy that crosses the other's change of parent makes a parent stop feeding its child, and the
 * child hears of the next message by an IHAVE only.)
 *
 * Only the lazy links are kept: a neighbor is eager until it is found to be redundant.
 */

/** The other end wants announcements in place of payloads. */
export function makeLazy(b: Broadcast, origin: Origin, link: LinkId): void {
  origin.lazy = withLink(origin.lazy, link);
  b.sharedLazy = withLink(b.sharedLazy, link);
}

/** The other end wants payloads. */
export function makeEager(b: Broadcast, origin: Origin, link: LinkId): void {
  origin.lazy = withoutLink(origin.lazy, link);
  b.sharedLazy = withoutLink(b.sharedLazy, link);
}

/** We want no payloads of it. The caller sends the PRUNE. The shared tree has no direction: it loses the link. */
export function prune(b: Broadcast, origin: Origin, link: LinkId): void {
  b.sharedLazy = withLink(b.sharedLazy, link);
  origin.pruned = withLink(origin.pruned, link);
  origin.recalled = withoutLink(origin.recalled, link);
}

/** Payloads are to come from there: a link of the shared tree as well. */
export function feedFrom(b: Broadcast, origin: Origin, link: LinkId): void {
  origin.pruned = withoutLink(origin.pruned, link);
  origin.recalled = withoutLink(origin.recalled, link);
  b.sharedLazy = withoutLink(b.sharedLazy, link);
}

/** They are asked for: of one that was pruned, what is on its way says nothing of where it will begin. */
export function recall(b: Broadcast, origin: Origin, link: LinkId): void {
  const wasPruned = origin.pruned.includes(link) || origin.recalled.includes(link);
  feedFrom(b, origin, link);
  if (wasPruned) origin.recalled = withLink(origin.recalled, link);
}

/** It has answered: what it sends now it sends in order. */
export function answers(origin: Origin, link: LinkId): void {
  origin.recalled = withoutLink(origin.recalled, link);
}

/** A link is gone: it leaves every tree. Its number never comes back, so this is for memory's sake. */
export function forgetLink(b: Broadcast, link: LinkId): void {
  b.sharedLazy = withoutLink(b.sharedLazy, link);
  b.asked.delete(link);
  for (const origin of b.origins.byId.values()) {
    origin.lazy = withoutLink(origin.lazy, link);
    origin.pruned = withoutLink(origin.pruned, link);
    origin.recalled = withoutLink(origin.recalled, link);
    if (origin.former === link) origin.former = undefined;
    if (origin.parent === link) [origin.parent, origin.former] = [origin.former, undefined];
  }
}

/** The same neighbor over another link: it keeps its place in every tree. */
export function renameLink(b: Broadcast, from: LinkId, to: LinkId): void {
  const rename = (links: readonly LinkId[]) =>
    links.includes(from) ? links.map((one) => (one === from ? to : one)) : links;
  b.sharedLazy = rename(b.sharedLazy);
  const asked = b.asked.get(from);
  b.asked.delete(from);
  if (asked !== undefined) b.asked.set(to, asked);
  for (const origin of b.origins.byId.values()) {
    origin.lazy = rename(origin.lazy);
    origin.pruned = rename(origin.pruned);
    origin.recalled = rename(origin.recalled);
    if (origin.parent === from) origin.parent = to;
    if (origin.former === from) origin.former = to;
  }
  for (const run of b.unannounced) run.to = rename(run.to);
}

export const withLink = (links: readonly LinkId[], link: LinkId): readonly LinkId[] =>
  links.includes(link) ? links : [...links, link];

const withoutLink = (links: readonly LinkId[], link: LinkId): readonly LinkId[] =>
  links.includes(link) ? links.filter((one) => one !== link) : links;
