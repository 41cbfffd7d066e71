import type { LinkId } from '../events.ts';
import type { MessageOf } from '../messages.ts';
import type { Turn } from './turn.ts';

/**
 * How often each kept message was sent over each link in answer to a GRAFT. A GRAFT is small and what it asks for
 * may be large: without an end to it a link could have us send the whole store again and again. Forgotten with
 * the message.
 */
export type Regrafts = WeakMap<MessageOf<'gossip'>, Map<LinkId, number>>;

export const createRegrafts = (): Regrafts => new WeakMap();

/** May it be sent over this link (once more)? Counts it if so. */
export function maySend(t: Turn, to: LinkId, message: MessageOf<'gossip'>): boolean {
  const { regrafts } = t.b;
  const times = regrafts.get(message) ?? new Map<LinkId, number>();
  const sent = times.get(to) ?? 0;
  if (sent >= t.state.settings.maxRegrafts) return false;
  regrafts.set(message, times.set(to, sent + 1));
  return true;
}
