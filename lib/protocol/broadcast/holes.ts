import { dropClaim, isOpen } from './claims.ts';
import { hasHole, holes, passHole, see } from './mark.ts';
import type { Gap } from './runs.ts';
import { drop, missed } from './missing.ts';
import type { LinkId } from '../events.ts';
import type { Epoch } from './origins.ts';
import type { Turn } from './turn.ts';

/** The holes in what an origin said: who is asked for them, and when they are given up and reported. */

/** Marks a run as seen, of which nothing was. */
export function saw(t: Turn, record: Epoch, { first, last }: Gap): void {
  const { mark } = record;
  see(mark, first, last);
  while ((mark.above?.length ?? 0) > t.state.settings.marksAbove)
    reported(t, record, passHole(mark), 'too many holes');
  watchHole(t, record);
}

/** Notes whether an epoch has a hole. */
export function watchHole(t: Turn, record: Epoch): void {
  if (!isOpen(record)) {
    if (record.holeSince !== 0) closeHole(t, record);
    return;
  }
  if (record.holeSince === 0) {
    record.holeSince = t.env.now;
    record.holedBelow = knownTo(record);
    t.b.holed.add(record);
    t.out.push({ type: 'wake', alarm: 'repair', at: t.env.now + t.state.settings.repairTime });
  }
}

/** Asks whoever sent what lies above a hole for what is in it, from `since` on: it came the same way. */
export function askBelow(t: Turn, record: Epoch, since: number, from: LinkId): void {
  for (const { first, last } of holes(record.mark, since, record.mark.high, t.state.settings.pageSize))
    for (let sequence = first; sequence <= last; sequence++)
      if (record.missing?.has(sequence) !== true) missed(t, record, sequence, { link: from, hop: 0 }, true);
}

/** One more than the highest id that came or is claimed. */
const knownTo = ({ mark, claimed }: Epoch): number => Math.max(mark.high, claimed);

function closeHole(t: Turn, record: Epoch): void {
  record.holeSince = 0;
  t.b.holed.delete(record);
}

/**
 * Gives up the holes that are open for longer than `repairTime`: by then three rounds of marks have asked
 * around. While one is open, those that open later are given up together every half of it: a time is kept an epoch, not
 * a hole. Each is reported once, as a gap; a late copy is a duplicate.
 */
export function giveUp(t: Turn): void {
  const { repairTime } = t.state.settings;
  let next = Infinity;
  for (const record of t.b.holed) {
    if (t.env.now - record.holeSince >= repairTime) {
      giveUpBelow(
        t,
        record,
        record.holedBelow,
        'nobody has it any more',
        'nobody has what a neighbor has heard of',
      );
      record.holedBelow = knownTo(record);
      if (isOpen(record)) record.holeSince = t.env.now - repairTime / 2;
      else closeHole(t, record);
    }
    if (record.holeSince !== 0) next = Math.min(next, record.holeSince + repairTime);
  }
  if (next < Infinity) t.out.push({ type: 'wake', alarm: 'repair', at: next });
}

/** Gives up all holes of an epoch at once. */
export const giveUpAll = (t: Turn, record: Epoch, reason: string): void =>
  giveUpBelow(t, record, knownTo(record), reason, reason);

function giveUpBelow(t: Turn, record: Epoch, below: number, reason: string, ofHearsay: string): void {
  const { mark } = record;
  while (hasHole(mark) && mark.low < below) reported(t, record, passHole(mark), reason);
  if (!hasHole(mark) && mark.high < below) reported(t, record, dropClaim(record), ofHearsay);
}

export function reported(t: Turn, record: Epoch, { first, last }: Gap, reason: string): void {
  forgetGap(t, record, first, last);
  // What was claimed, and reported, is reported once more by nobody who shows that it was said.
  const untold = Math.max(first, record.told);
  record.told = Math.max(record.told, last + 1);
  if (untold > last) return;
  t.out.push({ type: 'gap', origin: record.origin.id, epoch: record.epoch, first: untold, last, reason });
}

/** What is given up is not asked for any more. A gap may be of any length, and so may the list of what is missing. */
function forgetGap(t: Turn, { missing }: Epoch, first: number, last: number): void {
  if (missing === undefined) return;
  if (last - first < missing.size) {
    for (let sequence = first; sequence <= last; sequence++) {
      const one = missing.get(sequence);
      if (one !== undefined) drop(t, one);
    }
    return;
  }
  for (const one of missing.values()) if (one.sequence >= first && one.sequence <= last) drop(t, one);
}
