import type { LinkId } from '../events.ts';
import { change, mapWithout, type Turn } from './turn.ts';
import { unanswered } from './neighbor.ts';

/**
 * A link in nobody's view (after a shuffle's reply, a declined NEIGHBOR, an eviction) is closed: by the side
 * that dialled it after `linger`, by the other after three times that, if the first forgot. An answer that
 * does not come is given up here too.
 *
 * While it is used it stays, for ten times `linger` at most: under load a neighbor that has to make room is still to be sent
 * much, and when it was to pass that on, nobody else may keep it (`slow.ts`).
 */
export function sweepIdle(t: Turn): void {
  const { now } = t.env;
  const { askTimeout } = t.state.settings;
  for (const [link, { at }] of t.overlay.asked) {
    if (now - at < askTimeout) continue;
    unanswered(t, link);
  }
  let next = Infinity;
  for (const { at } of t.overlay.asked.values()) next = Math.min(next, at + askTimeout);
  const over: LinkId[] = [];
  for (const [id, since] of t.overlay.idle) {
    const due = closesAt(t, id, since);
    if (due > now) next = Math.min(next, due);
    else over.push(id);
  }
  if (over.length > 0) change(t, { idle: mapWithout(t.overlay.idle, ...over) });
  for (const link of over) t.out.push({ type: 'release', link });
  if (next < Infinity) t.out.push({ type: 'wake', alarm: 'idle', at: next });
}

function closesAt(t: Turn, id: LinkId, since: number): number {
  const { now } = t.env;
  const { linger } = t.state.settings;
  const link = t.state.links.get(id);
  const due = since + (link?.dialled === '' ? 3 * linger : linger);
  const isUsed = t.state.broadcast.slow.has(id) || now - (link?.pulse.heardAt ?? -Infinity) < linger / 2;
  return due <= now && isUsed ? Math.min(now + linger / 2, since + 10 * linger) : due;
}
