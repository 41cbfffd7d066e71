import type { LinkId } from '../events.ts';
import type { Burst } from './kept.ts';
import type { Turn } from './turn.ts';

/**
 * How often each kept message was sent over each link in answer to a GRAFT, by its place in its burst. A GRAFT is
 * small and what it asks for may be large: without an end to it a link could have us send the whole store again and
 * again. Forgotten with the messages.
 */

/** May it be sent over this link (once more)? Counts it if so. */
export function maySend(t: Turn, to: LinkId, burst: Burst, sequence: number): boolean {
  const byLink = (burst.resent ??= new Map<LinkId, number[]>());
  const times = byLink.get(to) ?? [];
  const nr = sequence - burst.first;
  const sent = times[nr] ?? 0;
  if (sent >= t.state.settings.maxRegrafts) return false;
  times[nr] = sent + 1;
  byLink.set(to, times);
  return true;
}
