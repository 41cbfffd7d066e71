import { change, mapWithout, type Turn } from './turn.ts';
import { unanswered } from './neighbor.ts';

/**
 * A link in nobody's view (after a shuffle's reply, a declined NEIGHBOR, an eviction) is closed: by the side
 * that dialled it after `linger`, by the other after three times that, if the first forgot. An answer that
 * does not come is given up here too.
 */
export function sweepIdle(t: Turn): void {
  const { now } = t.env;
  const { linger, askTimeout } = t.state.settings;
  for (const [link, { at }] of t.overlay.asked) {
    if (now - at < askTimeout) continue;
    unanswered(t, link);
  }
  let next = Infinity;
  for (const { at } of t.overlay.asked.values()) next = Math.min(next, at + askTimeout);
  for (const [id, since] of t.overlay.idle) {
    const due = since + (t.state.links.get(id)?.dialled === '' ? 3 * linger : linger);
    if (due > now) next = Math.min(next, due);
    else {
      change(t, { idle: mapWithout(t.overlay.idle, id) });
      t.out.push({ type: 'release', link: id });
    }
  }
  if (next < Infinity) t.out.push({ type: 'wake', alarm: 'idle', at: next });
}
