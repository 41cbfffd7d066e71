import type { Event, LinkId } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import { messagesOf, onward, type Burst } from '../messages.ts';
import { countOf } from '../pieces.ts';
import { announce, unannounce } from './announce.ts';
import { mayAnswer } from './asked.ts';
import { eagerLinks } from './eager.ts';
import { askBelow, watchHole } from './holes.ts';
import { areSeen, hasHole, seeUpTo, type Gap } from './mark.ts';
import { resolvedMissing } from './missing.ts';
import type { Epoch } from './origins.ts';
import { keepAll } from './packing.ts';
import { feeds, redundant, shorterWay } from './parent.ts';
import { hasNoHost, maxHops } from './plumtree.ts';
import { arrived } from './proofs.ts';
import { feedFrom } from './tree.ts';
import { knownRecord, type Turn } from './turn.ts';

/**
 * Messages of one origin that came at once. Nearly always they are what is expected next, and their link is the one
 * that it is expected from; or all of them came before by another way, as much does while a tree is made. Then there is
 * nothing to decide for each of them. Otherwise they are taken one by one.
 */
export function onBurst(t: Turn, event: Event & { type: 'burst' }): void {
  const record = knownRecord(t, event.first);
  const run = runOf(event);
  const isUsual = record?.heard === true && !t.state.settings.sign && event.first.hop <= maxHops;
  const isCopy = isUsual && areSeen(record.mark, run.first, run.last);
  if (isCopy && !mayAnswer(t, event.link, record, run.first)) cameAgain(t, record, run, event);
  else if (isUsual && isExpected(t, record, run, event)) goesOn(t, record, run, event);
  else for (const message of messagesOf(event)) arrived(t, event.link, message);
}

export const runOf = ({ first: { sequence }, pieces }: Burst): Gap => ({
  first: sequence,
  last: sequence + countOf(pieces) - 1,
});

/** What one of them says of its way all do: the last, because how far the link has come counts. */
function cameAgain(t: Turn, record: Epoch, run: Gap, { link, first }: Event & { type: 'burst' }): void {
  redundant(t, record, link, { sequence: run.last, hop: first.hop });
  unannounce(record, link, run.first, run.last);
}

function goesOn(t: Turn, record: Epoch, run: Gap, { link, first, pieces }: Event & { type: 'burst' }): void {
  const { origin, mark } = record;
  // A PRUNE of theirs may have taken it from the shared tree.
  feedFrom(t.b, origin, link);
  origin.busy = true;
  origin.newAt = origin.heardAt = t.env.now;
  feeds(t, record, run.first);
  seeUpTo(mark, run.last);
  if (record.missing !== undefined)
    for (let sequence = run.first; sequence <= run.last; sequence++) resolvedMissing(t, record, sequence);
  watchHole(t, record);
  if (hasHole(mark) && record.missing === undefined) askBelow(t, record, mark.low, link);
  passOn(t, record, { first, pieces }, run, link);
  t.out.push({ type: 'deliverBurst', first, pieces, via: shownAddress(t.state, link) });
}

/** Keeps what is new: the payloads go to the eager, an IHAVE to the lazy. */
export function passOn(
  t: Turn,
  record: Epoch,
  { first, pieces }: Burst,
  run: Gap,
  from: LinkId | undefined,
): void {
  const { settings } = t.state;
  const { now } = t.env;
  const empty = t.b.store.messages === 0;
  const eager = eagerLinks(t, record, run, from);
  keepAll(t.b.store, record, first, pieces, settings, now);
  announce(t, record, first, from, run.last);
  if (eager.length > 0) t.out.push({ type: 'sendBurst', links: eager, first: onward(first), pieces });
  if (empty) t.out.push({ type: 'wake', alarm: 'store', at: now + settings.storeAge });
}

/** Would each of them do what `onGossip` does with nearly all: move the mark, be kept, announced, passed on, delivered? */
function isExpected(t: Turn, record: Epoch, run: Gap, { link, first }: Event & { type: 'burst' }): boolean {
  const { origin, mark, claimed } = record;
  const { sequence, hop } = first;
  return (
    origin.id !== t.state.self.id &&
    // The next, and nobody has told of more than came. Below there may be holes: of an origin of which something is lost
    // all would else be taken one by one until that is given up, just when there is too much to do.
    mark.high === sequence &&
    claimed <= sequence &&
    // By the usual way.
    origin.parent === link &&
    !origin.pruned.includes(link) &&
    hop === origin.depth &&
    !hasNoHost(first) &&
    !hasShorterWay(t, record, run, link)
  );
}

/** Is one of them announced by somebody who is to be the parent when it comes? */
function hasShorterWay(t: Turn, { missing, origin }: Epoch, { first, last }: Gap, from: LinkId): boolean {
  if (missing === undefined) return false;
  for (let sequence = first; sequence <= last; sequence++) {
    const announcers = missing.get(sequence)?.announcers;
    if (announcers !== undefined && shorterWay(t, announcers, from, origin.depth) !== undefined) return true;
  }
  return false;
}
