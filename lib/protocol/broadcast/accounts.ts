import type { LinkId } from '../events.ts';
import type { Turn } from './turn.ts';

/**
 * How many missing messages each link was the first to tell of. Ids cost nothing to invent, so each link may
 * have `maxMissing` of them open; what more it announces is passed over, and a comparison of marks finds what of it was true.
 */
export type Accounts = Map<LinkId, number>;

/** Notes so many more; false when they are too many. */
export function charge(t: Turn, link: LinkId, count = 1): boolean {
  if (!mayCharge(t, link, count)) return false;
  t.b.accounts.set(link, (t.b.accounts.get(link) ?? 0) + count);
  return true;
}

/** Is there room for them? When not, that is counted, and nothing need be remembered of what is announced. */
export function mayCharge(t: Turn, link: LinkId, count = 1): boolean {
  if ((t.b.accounts.get(link) ?? 0) + count <= t.state.settings.maxMissing) return true;
  t.state.counters.missingOver += count;
  return false;
}

/** They came, or are given up. */
export function settle(t: Turn, link: LinkId, count = 1): void {
  const left = (t.b.accounts.get(link) ?? 0) - count;
  if (left > 0) t.b.accounts.set(link, left);
  else t.b.accounts.delete(link);
}
