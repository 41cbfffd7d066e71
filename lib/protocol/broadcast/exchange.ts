import { nextBeat } from '../beat.ts';
import { around } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { Mark, MessageOf } from '../messages.ts';
import { expand } from './awaited.ts';
import { claim, takeForHistory, toldOf } from './claims.ts';
import { graftDue } from './grafts.ts';
import { watchHole } from './holes.ts';
import { isRecent } from './lag.ts';
import { newestHoles } from './mark.ts';
import { missedRun } from './missing.ts';
import type { Epoch } from './origins.ts';
import { claimedRecord } from './records.ts';
import { send, type Turn } from './turn.ts';

/**
 * The exchange of marks, at link-up and every so often with a random neighbor: whoever has seen less pulls
 * what the other keeps. It repairs what no announcement can: the last message before a silence, a healed
 * split, a long pause. (Anti-entropy: Demers et al., PODC 1987, section 1.3.)
 */

/** Sends all our marks, in pages. `reply` asks for theirs. */
export function sendMarks(t: Turn, link: LinkId, reply: boolean): void {
  const { pageSize } = t.state.settings;
  let page: Mark[] = [];
  for (const { id, epochs } of t.b.origins.byId.values())
    for (const record of epochs.values()) {
      if (page.length === pageSize) {
        send(t, link, { type: 'marks', marks: page, last: false, reply: false });
        page = [];
      }
      page.push({ origin: id, epoch: record.epoch, low: record.mark.low, high: toldOf(record) });
    }
  send(t, link, { type: 'marks', marks: page, last: true, reply });
}

/** Every so often, one random neighbor. */
export function compareMarks(t: Turn): void {
  const { links } = t.state.overlay;
  const one = links[Math.floor(t.env.random() * links.length)];
  if (one !== undefined) sendMarks(t, one, true);
  compareLater(t);
}

export function compareLater({ env, state: { settings }, out }: Turn): void {
  out.push({ type: 'wake', alarm: 'marks', at: nextBeat(around(env, settings.marksEvery), settings) });
}

/**
 * What the other has seen and we have not is pulled from it. The very first exchange after our start is the
 * baseline: what was said before is history, neither delivered nor a gap. An origin first heard of later
 * starts at 0.
 */
export function onMarks(t: Turn, from: LinkId, { marks, last, reply }: MessageOf<'marks'>): void {
  // What one exchange may ask for. The rest waits for the next: a page of lies must not fill our memory.
  let budget = t.state.settings.marksAbove;
  for (const { origin, epoch, high } of marks) {
    if (origin === t.state.self.id) continue;
    const record = claimedRecord(t, { origin, epoch });
    if (record === undefined) continue;
    const { mark } = record;
    if (!t.b.baselined && mark.high === 0) {
      takeForHistory(t, record, high);
      continue;
    }
    // What a busy origin's parent has still to bring is no hole. To pull it would bring it twice, and out of order.
    const streams = isStreaming(t, record);
    const told = streams ? Math.min(high, mark.high) : high;
    claim(t, record, told);
    watchHole(t, record);
    if (!streams) expand(t, record);
    for (const hole of newestHoles(mark, Math.min(told, record.claimed), budget)) {
      budget -= hole.last - hole.first + 1;
      missedRun(t, record, hole, { link: from, hop: 0 }, false);
    }
  }
  graftDue(t);
  if (last) t.b.baselined = true;
  if (reply && mayTellMarks(t, from)) sendMarks(t, from, false);
}

/** A small question has a long answer: a link gets one in half the time in which an honest peer would ask again. */
function mayTellMarks(t: Turn, link: LinkId): boolean {
  const { now } = t.env;
  const { answered } = t.b;
  for (const [one, at] of answered) {
    if (now - at < t.state.settings.marksEvery / 4) break;
    answered.delete(one);
  }
  if (answered.has(link)) return false;
  answered.set(link, now);
  return true;
}

/** Links keep the order, and what is missing shows when the next one comes. An epoch that is over has no next one. */
const isStreaming = (t: Turn, { origin: { parent, busy, heardAt, epochs }, epoch }: Epoch): boolean =>
  parent !== undefined && busy && isRecent(t, heardAt) && [...epochs.keys()].every((other) => other <= epoch);
