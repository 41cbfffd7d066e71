import type { LinkId } from '../events.ts';
import { giverOf } from './feeding.ts';
import type { Gap } from './runs.ts';
import type { Epoch } from './origins.ts';
import { slowDown, withheld } from './slow.ts';
import type { Turn } from './turn.ts';

/**
 * Those that are sent a run of payloads, which `from` brought, now; what others are owed is noted, and `from` waits while that is
 * old. A former parent that goes on is none of them: it has them by its own way, and to be rid of thousands would be told too late.
 */
export function eagerLinks(t: Turn, record: Epoch, run: Gap, from: LinkId | undefined): LinkId[] {
  const { lazy, parent } = record.origin;
  const giver = giverOf(t, record.origin);
  const eager: LinkId[] = [];
  for (const link of t.state.overlay.links)
    if (
      link !== from &&
      link !== parent &&
      link !== giver &&
      !lazy.includes(link) &&
      !withheld(t, link, record, run)
    )
      eager.push(link);
  if (from !== undefined) slowDown(t, from);
  return eager;
}
