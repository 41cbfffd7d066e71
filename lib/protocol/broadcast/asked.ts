import type { LinkId } from '../events.ts';
import type { Epoch } from './origins.ts';
import { answers } from './tree.ts';
import { isNeighbor, type Turn } from './turn.ts';

/**
 * Up to which message each neighbor was asked for payloads. What it sends beyond comes by the tree; up to there it may be an
 * answer, and says nothing of the way that new messages come by. The paper takes both alike. But while much is
 * under way the answer overlaps what the parent brings, and what the one asked sends by itself begins thousands later: to
 * prune the parent for that overlap is to lose what lies between.
 */
export type Asked = Map<LinkId, WeakMap<Epoch, number>>;

/** A GRAFT asks it for this one. Of others than neighbors nothing depends on it. */
export function asks(t: Turn, link: LinkId, record: Epoch, sequence: number): void {
  if (!isNeighbor(t, link)) return;
  let below = t.b.asked.get(link);
  if (below === undefined) t.b.asked.set(link, (below = new WeakMap()));
  if (sequence >= (below.get(record) ?? 0)) below.set(record, sequence + 1);
}

/** Was the link asked for this one, or for a later one? */
export const mayAnswer = (t: Turn, link: LinkId, record: Epoch, sequence: number): boolean =>
  sequence < (t.b.asked.get(link)?.get(record) ?? 0);

/** It has brought this one: is that an answer of one that was asked to send again? */
export function noteAnswer(t: Turn, link: LinkId, record: Epoch, sequence: number): void {
  const { origin } = record;
  if (origin.recalled.length > 0 && mayAnswer(t, link, record, sequence)) answers(origin, link);
}
