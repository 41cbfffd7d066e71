import { around } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { Announcement, MessageOf } from '../messages.ts';
import { giverOf } from './feeding.ts';
import type { Epoch } from './origins.ts';
import { withLink } from './tree.ts';
import { send, type Turn } from './turn.ts';

/**
 * A run of messages to be announced. Kept once for all lazy links, and longer by one with each message of a
 * burst, so announcing costs a comparison a message however many neighbors are lazy.
 */
export interface Unannounced {
  readonly record: Epoch;
  last: number;
  /** The hop at which we hold them. */
  readonly hop: number;
  /** Whom they came from: who need not be told. */
  readonly from: LinkId | undefined;
  /** The lazy links when they came. */
  to: readonly LinkId[];
  /** Of each of them, below which sequence it has shown to have the run. */
  readonly shown: number[];
}

/**
 * Has a message announced, or those up to `last`, which differ in nothing else. IHAVEs are collected for `ihaveDelay`: Plumtree section
 * 3.8. Jitter, because all who got the same message would otherwise announce it to each other at the same moment.
 */
export function announce(
  t: Turn,
  record: Epoch,
  { sequence, hop }: MessageOf<'gossip'>,
  from: LinkId | undefined,
  last = sequence,
): void {
  const run = record.unannounced;
  const to = listenersOf(t, record, from);
  if (run?.last === sequence - 1 && run.hop === hop && run.from === from && areSame(run.to, to)) {
    run.last = last;
    return;
  }
  if (to.every((link) => link === from)) return;
  const { unannounced } = t.b;
  if (unannounced.length === 0)
    t.out.push({ type: 'wake', alarm: 'ihave', at: around(t.env, t.state.settings.ihaveDelay) });
  const next = { record, last, hop, from, to, shown: to.map(() => sequence) };
  record.unannounced = next;
  if (unannounced.push(next) >= t.state.settings.pageSize) dispatch(t);
}

/** A list of lazy links is replaced when it changes: nearly always it is the same one. */
const areSame = (before: readonly LinkId[], now: readonly LinkId[]): boolean =>
  before === now || (before.length === now.length && before.every((link, nr) => link === now[nr]));

/**
 * The lazy, and who sends payloads, and is sent none, when somebody else brought the message: the parent, and a former one that goes on.
 * A parent may lack what the former brings: it was our child, and took another parent. Each would wait for the other.
 */
function listenersOf(t: Turn, { origin }: Epoch, from: LinkId | undefined): readonly LinkId[] {
  const { lazy, parent } = origin;
  const giver = giverOf(t, origin);
  let to = lazy;
  if (parent !== undefined && from !== parent) to = withLink(to, parent);
  if (giver !== undefined && from !== giver) to = withLink(to, giver);
  return to;
}

/**
 * A neighbor has these messages: what it was going to be told, it need not be. Departs from the paper, and
 * saves a good third of the IHAVEs. What came last and in order is looked at, which is nearly all.
 */
export function unannounce(record: Epoch, link: LinkId, first: number, last: number): void {
  const run = record.unannounced;
  if (run === undefined) return;
  const nr = run.to.indexOf(link);
  if (nr < 0) return;
  const below = run.shown[nr]!;
  if (first <= below && last >= below) run.shown[nr] = last + 1;
}

/** In ms: how long after a message nothing is announced. */
const quiet = 1;

/**
 * Sends what is to be announced; a millisecond later, once, when a message has only just come: others wait for the same cores with it, and
 * an announcement is in no hurry. With the jitter above this takes a fifth from the 99th percentile at 200 messages a second. Jitter
 * alone took nothing that could be told from noise; waiting alone made it worse, as all announced at once again.
 */
export function dispatchWhenQuiet(t: Turn): void {
  if (t.b.yielded) return dispatch(t);
  const newAt = Math.max(...t.b.unannounced.map(({ record }) => record.origin.newAt));
  if (t.env.now - newAt >= quiet) return dispatch(t);
  t.b.yielded = true;
  t.out.push({ type: 'wake', alarm: 'ihave', at: newAt + quiet });
}

function dispatch(t: Turn): void {
  const { unannounced } = t.b;
  t.b.yielded = false;
  for (const { record } of unannounced) record.unannounced = undefined;
  for (const link of t.state.overlay.links) {
    const ids: Announcement[] = [];
    for (const { record, last, hop, from, to, shown } of unannounced) {
      const nr = to.indexOf(link);
      if (nr < 0 || link === from) continue;
      const first = shown[nr]!;
      const { origin, epoch } = record;
      if (first <= last) ids.push({ origin: origin.id, epoch, first, last, hop });
    }
    if (ids.length > 0) send(t, link, { type: 'ihave', ids });
  }
  // Not another list in its place, for the reason that a link has no outbox while nothing waits: `tcp-link.ts`.
  unannounced.length = 0;
}
