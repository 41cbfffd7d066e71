import { forgetBelow, hasHole } from './mark.ts';
import type { Epoch } from './origins.ts';
import type { Turn } from './turn.ts';

/**
 * What neighbors say that an origin has said, in MARKS. Nobody signs these, so they are hearsay: they open holes,
 * which are asked for and reported, but what has not come is never taken for seen because of them. A liar can
 * have us ask in vain; it cannot make a later message of the origin look old.
 */

/** A neighbor says that it has seen everything below `high`. */
export function claim(t: Turn, record: Epoch, high: number): void {
  if (runsAhead(t, record, high - 1)) t.state.counters.sequenceJumps += 1;
  else record.claimed = Math.max(record.claimed, high);
}

/** What we tell others that there is: also what we only heard of, or those beyond us would miss it unawares. */
export const toldOf = ({ mark, claimed, told }: Epoch): number => Math.max(mark.high, claimed, told);

/** Is anything missing, below what came or below what is claimed? */
export const isOpen = ({ mark, claimed }: Epoch): boolean => hasHole(mark) || claimed > mark.high;

/**
 * Nobody could give what is claimed. Returns what is to be reported of it, once; a neighbor that claims it
 * again is asked again.
 */
export function dropClaim(record: Epoch): { readonly first: number; readonly last: number } {
  const gap = { first: record.mark.high, last: record.claimed - 1 };
  record.claimed = 0;
  return gap;
}

/** The first exchange: what was said before our time is history, neither asked for nor reported. */
export function takeForHistory(t: Turn, record: Epoch, high: number): void {
  forgetBelow(record.mark, high);
  record.historyAt = t.env.now;
}

/**
 * History is hearsay too. While nothing of the origin has come, a message from below it shows that it was a
 * lie, as soon as it comes too late to be history itself: nobody keeps a message for longer than `storeAge`.
 */
export const isNoHistory = (t: Turn, record: Epoch, sequence: number): boolean =>
  !record.heard &&
  record.historyAt !== undefined &&
  sequence < record.mark.low &&
  t.env.now - record.historyAt > t.state.settings.storeAge;

/** Is it further ahead than an origin can have got since its last message came, at `sequenceJump` ids a second? */
export const runsAhead = (t: Turn, { origin, mark }: Epoch, sequence: number): boolean =>
  sequence - mark.high > t.state.settings.sequenceJump * (1 + (t.env.now - origin.heardAt) / 1000);
