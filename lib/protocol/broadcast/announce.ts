import type { LinkId } from '../events.ts';
import type { Announcement, MessageOf } from '../messages.ts';
import { isNeighbor, send, type Turn } from './turn.ts';

/** IHAVEs, collected for `ihaveDelay` so that one frame announces many messages: Plumtree section 3.8. */
export function announce(t: Turn, link: LinkId, { origin, epoch, sequence, hop }: MessageOf<'gossip'>): void {
  const batch = t.b.announcing.get(link);
  const one: Announcement = { origin, epoch, sequence, hop };
  if (batch !== undefined) {
    batch.push(one);
    if (batch.length >= t.state.settings.pageSize) flush(t, link, batch);
    return;
  }
  if (t.b.announcing.size === 0)
    t.out.push({ type: 'wake', alarm: 'ihave', at: t.env.now + t.state.settings.ihaveDelay });
  t.b.announcing.set(link, [one]);
}

/** It has the message: what it was going to be told, it need not be. Departs from the paper, and saves a good third of the IHAVEs. */
export function unannounce(
  t: Turn,
  link: LinkId,
  { origin, epoch, sequence }: Omit<Announcement, 'hop'>,
): void {
  const batch = t.b.announcing.get(link);
  if (batch === undefined) return;
  const at = batch.findIndex(
    (one) => one.sequence === sequence && one.origin === origin && one.epoch === epoch,
  );
  if (at < 0) return;
  batch.splice(at, 1);
  if (batch.length === 0) t.b.announcing.delete(link);
}

export function dispatch(t: Turn): void {
  for (const [link, batch] of t.b.announcing) flush(t, link, batch);
}

function flush(t: Turn, link: LinkId, ids: Announcement[]): void {
  t.b.announcing.delete(link);
  if (isNeighbor(t, link)) send(t, link, { type: 'ihave', ids });
}
