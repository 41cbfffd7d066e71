import { forget as forgetAwaited } from './awaited.ts';
import { giveUpAll } from './holes.ts';
import { forgetMissing } from './missing.ts';
import { epochOf, type Epoch } from './origins.ts';
import { knownRecord, type RecordName, type Turn } from './turn.ts';

/** The record of what an origin said: made, if need be in place of another, because it has spoken. */
export const recordOf = (t: Turn, name: RecordName): Epoch => find(t, name, true)!;

/** The record of what a neighbor says that an origin said; undefined when there is no room for hearsay. */
export const claimedRecord = (t: Turn, name: RecordName): Epoch | undefined => find(t, name, false);

function find(t: Turn, name: RecordName, spoken: boolean): Epoch | undefined {
  const known = knownRecord(t, name);
  if (known !== undefined) return known;
  const { origin, epoch } = name;
  const { origins, sharedLazy } = t.b;
  const { settings } = t.state;
  const full = () => void (t.state.counters.originsOver += 1);
  const lazy = settings.floodFirst ? [] : sharedLazy;
  return epochOf(origins, origin, epoch, lazy, settings, {
    now: t.env.now,
    isOwn: origin === t.state.self.id,
    spoken,
    forget: (record) => forget(t, record),
    full,
  });
}

/** Another takes its place. What was still to come of it will not: that is told, but not of what is only hearsay. */
function forget(t: Turn, record: Epoch): void {
  if (record.heard) giveUpAll(t, record, 'too many origins or epochs');
  forgetMissing(t, record);
  forgetAwaited(t, record);
  t.b.holed.delete(record);
  if (t.b.latest === record) t.b.latest = undefined;
}
