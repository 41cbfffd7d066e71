import type { LinkId } from '../events.ts';
import { isFlowing } from './feeding.ts';
import { graftDue } from './grafts.ts';
import { patience, rangLate } from './lag.ts';
import type { Gap } from './runs.ts';
import { holes } from './mark.ts';
import { firstTimer, missedRun, wakeFor } from './missing.ts';
import type { Epoch } from './origins.ts';
import { charge, settle } from './accounts.ts';
import type { Turn } from './turn.ts';

/**
 * What neighbors announce while the parent is on its way with it. Under load that is nearly all: IHAVEs come before
 * the payloads that they tell of, thousands of ids at a time, from each lazy neighbor. So it is kept as the runs that
 * it comes in; an entry an id (`missing.ts`) is made only where the payload has not come in its time.
 */
export interface Awaited {
  first: number;
  readonly last: number;
  readonly link: LinkId;
  readonly hop: number;
  dueAt: number;
}

/** What a run counts as among what a link may have us remember: under load it is long, and costs little until it is expanded. */
const weight = ({ first, last }: Gap): number => Math.ceil((last - first + 1) / 8);

const acquit = (t: Turn, run: Awaited): void => settle(t, run.link, weight(run));

/** Notes what is expected from the parent. False when it is not, or not only: then each id is looked after. */
export function awaitRun(t: Turn, record: Epoch, run: Gap, link: LinkId, hop: number): boolean {
  const { first, last } = run;
  const { origin, mark, missing } = record;
  const { parent, depth } = origin;
  if (parent === undefined || parent === link || first < mark.high) return false;
  // Then the announcer is to be the parent as soon as the first of them comes: `resolvedMissing` says so.
  if (depth - (hop + 1) >= t.state.settings.optimization) return false;
  if (missing !== undefined && (missing.has(first) || missing.has(last))) return false;
  if (!charge(t, link, weight(run))) return true;
  const dueAt = t.env.now + firstTimer(t, link);
  record.awaited = unseen(t, record);
  record.awaited.push({ link, hop, first, last, dueAt });
  t.b.awaited.add(record);
  wakeFor(t, dueAt);
  return true;
}

/** The runs of which something has still to come. What is missing below what came is looked after since it showed. */
function unseen(t: Turn, { awaited = [], mark }: Epoch): Awaited[] {
  let came = 0;
  while (came < awaited.length && awaited[came]!.last < mark.high) acquit(t, awaited[came++]!);
  return came === 0 ? awaited : awaited.slice(came);
}

/**
 * From now on each id below this one is looked after: what came shows that something before it did not, or the parent
 * is gone. Those above it are still on their way: a peer that is behind would else have an entry for each id that all
 * of its neighbors tell of, and be further behind.
 */
export function expand(t: Turn, record: Epoch, below = Infinity, dueAt = Infinity): void {
  const { awaited, mark } = record;
  if (awaited?.some(({ first }) => first < below) !== true) return;
  const rest: Awaited[] = [];
  for (const run of awaited) {
    const { first, last, link, hop } = run;
    if (first < below) {
      acquit(t, run);
      run.first = below;
    }
    if (run.first <= last && (first >= below || charge(t, link, weight(run)))) rest.push(run);
    for (const hole of holes(mark, first, Math.min(last + 1, below), Infinity))
      missedRun(t, record, hole, { link, hop }, true, Math.min(run.dueAt, dueAt));
  }
  setRuns(t, record, rest);
}

function setRuns(t: Turn, record: Epoch, runs: Awaited[]): void {
  record.awaited = runs.length > 0 ? runs : undefined;
  if (runs.length === 0) t.b.awaited.delete(record);
}

/** The record goes. */
export function forget(t: Turn, record: Epoch): void {
  for (const run of record.awaited ?? []) acquit(t, run);
  setRuns(t, record, []);
}

/** A link is gone, and what it announced with it. What its tree owed us is due now; the caller asks for it (`linkLost`). */
export function announcerLost(t: Turn, link: LinkId, wasParentOf: (record: Epoch) => boolean): void {
  t.b.graftAt = -Infinity; // no alarm for it
  for (const record of t.b.awaited) {
    const rest = record.awaited!.filter((run) => run.link !== link);
    for (const run of record.awaited!) if (run.link === link) acquit(t, run);
    setRuns(t, record, rest);
    if (rest.length > 0 && wasParentOf(record)) expand(t, record, Infinity, t.env.now);
  }
}

/** The alarm has rung. */
export function lookForAwaited(t: Turn): void {
  const { graftMin } = t.state.settings;
  const { now } = t.env;
  // We were stopped or busy ourselves, and have not read what has come meanwhile: alarms go before sockets.
  const late = now - t.b.graftAt;
  const isLate = late > graftMin / 2;
  if (isLate) rangLate(t, late);
  if (isLate && !t.b.lookedLate) {
    t.b.lookedLate = true;
    t.b.graftAt = Infinity;
    wakeFor(t, now + 1);
    return;
  }
  t.b.lookedLate = false;
  t.b.graftAt = -Infinity; // what becomes due asks for no alarm: it is looked at now
  let next = Infinity;
  for (const record of t.b.awaited) {
    const runs = unseen(t, record);
    setRuns(t, record, runs);
    const comes = isFlowing(t, record.origin);
    for (const run of runs) if (comes && run.dueAt <= now) run.dueAt = now + patience(t);
    if (runs.some((run) => run.dueAt <= now)) expand(t, record);
    else for (const { dueAt } of runs) next = Math.min(next, dueAt);
  }
  graftDue(t);
  if (next < Infinity) wakeFor(t, next);
}
