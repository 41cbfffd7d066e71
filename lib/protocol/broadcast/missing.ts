import type { LinkId } from '../events.ts';
import { patience } from './lag.ts';
import type { Gap } from './runs.ts';
import type { Epoch, Missing } from './origins.ts';
import { charge, settle } from './accounts.ts';
import { rttOf, type Turn } from './turn.ts';

/**
 * What somebody has and we have not: Plumtree's `missing` set and the first of its two timers (section 3.7): the eager
 * payload is probably on its way. The second is in `grafts.ts`.
 */

/** Learns that `from` has a message. Its first announcement starts the timer, the others wait in line. */
export function missed(
  t: Turn,
  record: Epoch,
  sequence: number,
  from: { link: LinkId; hop: number },
  eager: boolean,
  dueAt?: number,
): void {
  const known = record.missing?.get(sequence);
  if (known !== undefined) {
    if (known.asked !== from.link && known.announcers.every(({ link }) => link !== from.link))
      known.announcers.push(from);
    return;
  }
  if (!charge(t, from.link)) return;
  const wait = eager && isAwaited(record, sequence, from.link) ? firstTimer(t, from.link) : 0;
  const one: Missing = {
    record,
    sequence,
    by: from.link,
    announcers: [from],
    asked: undefined,
    askedAt: t.env.now,
    eager,
    ticket: -1,
  };
  record.missing ??= new Map();
  record.missing.set(sequence, one);
  const at = dueAt ?? t.env.now + wait;
  t.b.due.push(one, at);
  wakeFor(t, at);
}

/** The same for each id of a run. */
export function missedRun(
  t: Turn,
  record: Epoch,
  { first, last }: Gap,
  from: { link: LinkId; hop: number },
  eager: boolean,
  dueAt?: number,
): void {
  for (let sequence = first; sequence <= last; sequence++) missed(t, record, sequence, from, eager, dueAt);
}

/** How long an announced payload may take before it is asked for. */
export function firstTimer(t: Turn, from: LinkId): number {
  return Math.max(patience(t), t.state.settings.ihaveDelay + 4 * rttOf(t, from));
}

/**
 * Is the payload of what `from` announced to be expected from somebody? Not when the parent itself announces it
 * (it has taken us for its parent, or for lazy), and not when the parent is gone. An older one than those that
 * came may still be on its way by a former parent.
 */
function isAwaited({ origin, mark }: Epoch, sequence: number, from: LinkId): boolean {
  if (sequence < mark.high || mark.high === 0) return true;
  return origin.former !== undefined || (origin.parent !== undefined && origin.parent !== from);
}

/** It came: who had announced it? */
export function resolvedMissing(t: Turn, record: Epoch, sequence: number): Missing['announcers'] {
  const missing = record.missing?.get(sequence);
  if (missing === undefined) return [];
  drop(t, missing);
  return missing.announcers;
}

export function drop(t: Turn, one: Missing): void {
  const { record, sequence, by } = one;
  settle(t, by);
  t.b.due.remove(one);
  record.missing?.delete(sequence);
  if (record.missing?.size === 0) record.missing = undefined;
}

/** The record goes. */
export function forgetMissing(t: Turn, record: Epoch): void {
  for (const one of record.missing?.values() ?? []) drop(t, one);
}

/** An alarm has one deadline: only an earlier one may move it. */
export function wakeFor(t: Turn, at: number): void {
  if (at >= t.b.graftAt) return;
  t.b.graftAt = at;
  t.out.push({ type: 'wake', alarm: 'graft', at });
}
