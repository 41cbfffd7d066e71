import type { LinkId } from '../events.ts';
import type { MessageOf } from '../messages.ts';
import { asks } from './asked.ts';
import { isChanging, isFlowing } from './feeding.ts';
import { isAtWork, patience, slack } from './lag.ts';
import { lastSeen } from './mark.ts';
import { runsOf, type Gap } from './runs.ts';
import { drop, wakeFor } from './missing.ts';
import type { Epoch, Missing } from './origins.ts';
import { answers, recall } from './tree.ts';
import { knownRecord, rttOf, send, type Turn } from './turn.ts';

/** Who is asked for what is missing, and when: Plumtree section 3.7, the second timer: the next announcer is asked. */

/**
 * Grafts what is due, one GRAFT a link. Nobody left to ask: the hole waits for the next comparison of marks. Of very
 * much not all in one turn, so that sockets are read in between.
 */
export function graftDue(t: Turn): void {
  const { due } = t.b;
  const { now } = t.env;
  const wanted = new Map<LinkId, Missing[]>();
  t.b.graftAt = Infinity;
  for (let left = turnLimit; left > 0 && due.nextAt <= now; left--) lookAfter(t, due.first!, wanted);
  graft(t, wanted);
  wakeFor(t, due.nextAt <= now ? now + 1 : due.nextAt);
}

/** Says what is wanted of each link. */
function graft(t: Turn, wanted: ReadonlyMap<LinkId, readonly Missing[]>): void {
  const { pageSize } = t.state.settings;
  for (const [link, list] of wanted)
    for (const eager of [true, false]) {
      const ids = list.filter((one) => one.eager === eager);
      for (let from = 0; from < ids.length; from += pageSize)
        send(t, link, { type: 'graft', ids: runsOf(ids.slice(from, from + pageSize)), eager, payload: true });
      if (eager) for (const { record } of ids) recall(t.b, record.origin, link);
    }
}

/**
 * The former parent tells of these, and so will not bring them: we are its parent now, and what it has for us came to it
 * by another. It is asked at once.
 */
export function askFormer(
  t: Turn,
  record: Epoch,
  { first, last }: Gap,
  former: { link: LinkId; hop: number },
): void {
  const wanted = new Map<LinkId, Missing[]>();
  for (let sequence = first; sequence <= last; sequence++) {
    const one = record.missing?.get(sequence);
    if (one === undefined || one.asked !== undefined) continue;
    one.announcers = [...one.announcers.filter(({ link }) => link !== former.link), former];
    ask(t, one, wanted);
  }
  graft(t, wanted);
}

/** It is due: it is waited for some more, asked for, or given up. */
function lookAfter(t: Turn, one: Missing, wanted: Map<LinkId, Missing[]>): void {
  const { now } = t.env;
  // As long again: of one who is asked for thousands and sends other things not all are looked at ten times a second.
  if (isUnderWay(t, one)) t.b.due.reschedule(one, now + Math.max(patience(t), now - one.askedAt));
  else ask(t, one, wanted);
}

/** The next of those who have it is asked; nobody left: it is given up. */
function ask(t: Turn, one: Missing, wanted: Map<LinkId, Missing[]>): void {
  const { now } = t.env;
  const announcer = nextAnnouncer(t, one);
  if (announcer === undefined) {
    drop(t, one);
    return;
  }
  one.asked = announcer;
  one.askedAt = now;
  asks(t, announcer, one.record, one.sequence);
  t.b.due.reschedule(one, now + 2 * rttOf(t, announcer) + t.state.settings.ihaveDelay + slack(t));
  const list = wanted.get(announcer);
  if (list === undefined) wanted.set(announcer, [one]);
  else list.push(one);
}

/** What one turn may look after: a millisecond or two of work. */
const turnLimit = 1024;

/**
 * Links keep the order, so a payload is not late while its parent's earlier ones still come in, nor an answer while
 * the one asked is heard. Under load both wait in a queue, and to ask again would make that longer.
 */
function isUnderWay(t: Turn, { record, sequence, asked, askedAt, announcers, eager }: Missing): boolean {
  if (asked !== undefined) return isAtWork(t, asked, askedAt);
  const { origin, mark } = record;
  // What lies below what the new parent began with is still to come by the former one, unless that has passed it over.
  if (sequence < origin.fedFrom && sequence > origin.formerHigh && isChanging(t, origin)) return true;
  const isFed = origin.parent !== undefined && announcers.some(({ link }) => link !== origin.parent);
  const isNext = eager && (isFed || origin.former !== undefined) && sequence > lastSeen(mark);
  return isNext && isFlowing(t, origin);
}

/**
 * Of what is newest who told of it first is asked first, as in the paper: that is the shortest way. Of what fills a hole who told
 * last: it has had it for the shortest time, and keeps it longest.
 */
function nextAnnouncer(t: Turn, { record, sequence, announcers }: Missing): LinkId | undefined {
  const isHole = sequence < record.mark.high;
  while (announcers.length > 0) {
    const { link } = (isHole ? announcers.pop() : announcers.shift())!;
    if (t.state.links.get(link)?.phase === 'up') return link;
  }
  return undefined;
}

function askNext(t: Turn, missing: Missing): void {
  missing.asked = undefined;
  t.b.due.reschedule(missing, t.env.now);
}

/** The one asked does not have it any more: the next one, now. */
export function onGone(t: Turn, from: LinkId, { ids }: MessageOf<'gone'>): void {
  // As many as one GRAFT asks for: a run can claim anything.
  let budget = t.state.settings.pageSize;
  for (const run of ids) {
    const record = knownRecord(t, run);
    if (record !== undefined) answers(record.origin, from);
    const missing = record?.missing;
    for (let sequence = run.first; sequence <= run.last && budget > 0; sequence++, budget--) {
      const one = missing?.get(sequence);
      if (one?.asked === from) askNext(t, one);
    }
  }
  graftDue(t);
}

/** A link is gone: what was asked of it is asked of the next, and what its tree owed us is grafted at once. */
export function linkLost(t: Turn, link: LinkId, wasParentOf: (record: Epoch) => boolean): void {
  // Those that nobody else told of wait until they are due: of what a liar invented there is nothing to be done now.
  const hurt = [...t.b.due].filter(({ asked, announcers, record }) =>
    asked === link ? announcers.length > 0 : wasParentOf(record),
  );
  for (const one of hurt)
    if (one.asked === link) askNext(t, one);
    else t.b.due.reschedule(one, t.env.now);
  graftDue(t);
}
