import type { LinkId } from '../events.ts';
import type { MessageOf } from '../messages.ts';
import { lastSeen } from './mark.ts';
import type { Epoch, Missing } from './origins.ts';
import { owe, settle } from './owed.ts';
import { feedFrom } from './tree.ts';
import { knownRecord, rttOf, runsOf, send, type Turn } from './turn.ts';

/**
 * What somebody has and we have not: Plumtree's `missing` set and its two timers (section 3.7).
 * First timer: the eager payload is probably on its way. Second: the next announcer is asked.
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
  if (!owe(t, from.link)) return;
  const wait = eager && isAwaited(record, sequence, from.link) ? firstTimer(t, from.link) : 0;
  const due = dueAt ?? t.env.now + wait;
  record.missing ??= new Map();
  record.missing.set(sequence, {
    ...{ by: from.link, announcers: [from], asked: undefined, askedAt: 0 },
    ...{ dueAt: due, eager },
  });
  t.b.missing.add(record);
  wakeFor(t, due);
}

/** How long an announced payload may take before it is asked for. */
export function firstTimer(t: Turn, from: LinkId): number {
  const { ihaveDelay, graftMin } = t.state.settings;
  return Math.max(graftMin, ihaveDelay + 4 * rttOf(t, from));
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
  drop(t, record, sequence);
  return missing.announcers;
}

export function drop(t: Turn, record: Epoch, sequence: number): void {
  const by = record.missing?.get(sequence)?.by;
  if (by !== undefined) settle(t, by);
  record.missing?.delete(sequence);
  if (record.missing?.size !== 0) return;
  record.missing = undefined;
  t.b.missing.delete(record);
}

/** Grafts all that is due, one GRAFT a link. Nobody left to ask: the hole waits for the next comparison of marks. */
export function graftDue(t: Turn): void {
  const wanted = new Map<LinkId, { record: Epoch; sequence: number; eager: boolean }[]>();
  let next = Infinity;
  t.b.graftAt = Infinity;
  for (const record of t.b.missing) {
    for (const [sequence, missing] of record.missing ?? []) {
      if (missing.dueAt <= t.env.now && isUnderWay(t, record, sequence, missing))
        missing.dueAt = t.env.now + t.state.settings.graftMin;
      if (missing.dueAt <= t.env.now) {
        const announcer = nextAnnouncer(t, missing);
        if (announcer === undefined) {
          drop(t, record, sequence);
          continue;
        }
        missing.asked = announcer;
        missing.askedAt = t.env.now;
        missing.dueAt = t.env.now + 2 * rttOf(t, announcer) + t.state.settings.ihaveDelay;
        const list = wanted.get(announcer) ?? [];
        list.push({ record, sequence, eager: missing.eager });
        wanted.set(announcer, list);
      }
      next = Math.min(next, missing.dueAt);
    }
  }
  const { pageSize } = t.state.settings;
  for (const [link, list] of wanted) {
    for (const eager of [true, false]) {
      const ids = list.filter((one) => one.eager === eager);
      for (let from = 0; from < ids.length; from += pageSize)
        send(t, link, { type: 'graft', ids: runsOf(ids.slice(from, from + pageSize)), eager, payload: true });
      if (eager) for (const { record } of ids) feedFrom(t.b, record.origin, link);
    }
  }
  if (next < Infinity) wakeFor(t, next);
}

/**
 * Links keep the order, so a payload is not late while its parent's earlier ones still come in, nor an answer while
 * the one asked is heard. Under load both wait in a queue, and to ask again would make that longer.
 */
function isUnderWay(t: Turn, { origin, mark }: Epoch, sequence: number, missing: Missing): boolean {
  const { graftMin, askTimeout } = t.state.settings;
  const recently = t.env.now - graftMin;
  if (missing.asked === undefined) {
    const isFed =
      origin.parent !== undefined && missing.announcers.some(({ link }) => link !== origin.parent);
    const isNext = missing.eager && (isFed || origin.former !== undefined) && sequence > lastSeen(mark);
    return isNext && origin.heardAt > recently;
  }
  const heardAt = t.state.links.get(missing.asked)?.pulse.heardAt ?? 0;
  return heardAt > recently && t.env.now - missing.askedAt < askTimeout;
}

function nextAnnouncer(t: Turn, missing: Missing): LinkId | undefined {
  for (let one = missing.announcers.shift(); one !== undefined; one = missing.announcers.shift())
    if (t.state.links.get(one.link)?.phase === 'up') return one.link;
  return undefined;
}

function askNext(t: Turn, missing: Missing): void {
  missing.asked = undefined;
  missing.dueAt = t.env.now;
}

/** The one asked does not have it any more: the next one, now. */
export function onGone(t: Turn, from: LinkId, { ids }: MessageOf<'gone'>): void {
  for (const run of ids) {
    const missing = knownRecord(t, run)?.missing;
    if (missing === undefined) continue;
    for (const [sequence, one] of missing)
      if (sequence >= run.first && sequence <= run.last && one.asked === from) askNext(t, one);
  }
  graftDue(t);
}

/** A link is gone: what was asked of it is asked of the next, and what its tree owed us is grafted at once. */
export function linkLost(t: Turn, link: LinkId, wasParentOf: (record: Epoch) => boolean): void {
  for (const record of t.b.missing) {
    const orphaned = wasParentOf(record);
    for (const missing of record.missing?.values() ?? []) {
      missing.announcers = missing.announcers.filter((one) => one.link !== link);
      if (missing.asked === link) askNext(t, missing);
      else if (orphaned) missing.dueAt = t.env.now;
    }
  }
  graftDue(t);
}

/** An alarm has one deadline: only an earlier one may move it. */
export function wakeFor(t: Turn, at: number): void {
  if (at >= t.b.graftAt) return;
  t.b.graftAt = at;
  t.out.push({ type: 'wake', alarm: 'graft', at });
}
