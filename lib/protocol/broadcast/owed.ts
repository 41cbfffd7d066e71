import type { LinkId } from '../events.ts';
import type { Turn } from './turn.ts';

/**
 * How many missing messages each link was the first to tell of. Ids cost nothing to invent, so each link may
 * have `maxMissing` of them open; what more it announces is passed over, and a comparison of marks finds what of it was true.
 */
export type Owed = Map<LinkId, number>;

/** Notes one more; false when it is one too many. */
export function owe(t: Turn, link: LinkId): boolean {
  if (!mayOwe(t, link)) return false;
  t.b.owed.set(link, (t.b.owed.get(link) ?? 0) + 1);
  return true;
}

/** Is there room for one more? When not, that is counted, and nothing need be remembered of what is announced. */
export function mayOwe(t: Turn, link: LinkId): boolean {
  if ((t.b.owed.get(link) ?? 0) < t.state.settings.maxMissing) return true;
  t.state.counters.missingOver += 1;
  return false;
}

/** It came, or is given up. */
export function settle(t: Turn, link: LinkId): void {
  const count = (t.b.owed.get(link) ?? 0) - 1;
  if (count > 0) t.b.owed.set(link, count);
  else t.b.owed.delete(link);
}
