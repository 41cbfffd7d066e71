import type { Event, LinkId } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import { messagesOf, onward, partOf, type Burst, type MessageOf } from '../messages.ts';
import { countOf } from '../pieces.ts';
import { announce, unannounce } from './announce.ts';
import { noteAnswer } from './asked.ts';
import { eagerLinks } from './eager.ts';
import { isChanging } from './feeding.ts';
import { askBelow, saw } from './holes.ts';
import { alikeUpTo, hasHole, isSeen } from './mark.ts';
import type { Gap } from './runs.ts';
import { resolvedMissing } from './missing.ts';
import type { Epoch } from './origins.ts';
import { keepAll } from './packing.ts';
import { chooseParent, feeds, isAside, redundant, shorterWay } from './parent.ts';
import { hasNoHost, maxHops } from './plumtree.ts';
import { arrived } from './proofs.ts';
import { knownRecord, type Turn } from './turn.ts';

/**
 * Messages of one origin that came at once. Nearly always they are what is expected next, and their link is the one
 * that it is expected from; or all of them came before by another way, as much does while a tree is made; or they fill a hole,
 * in answer to a GRAFT. Then there is nothing to decide for each of them. Otherwise one is taken by itself, and the
 * rest looked at again.
 */
export function onBurst(t: Turn, event: Event & { type: 'burst' }): void {
  const { link, first } = event;
  const { last } = runOf(event);
  const total = countOf(event.pieces);
  // The last one too must have a next number.
  const isTaken = !t.state.settings.sign && first.hop <= maxHops && last < Number.MAX_SAFE_INTEGER;
  let messages: readonly MessageOf<'gossip'>[] | undefined;
  for (let nr = 0, count = 1; nr < total; nr += count) {
    const record = knownRecord(t, first);
    const run = { first: first.sequence + nr, last };
    const isKnown = isTaken && record?.heard === true;
    if (isKnown) run.last = alikeUpTo(record.mark, run);
    count = run.last - run.first + 1;
    if (isKnown) noteAnswer(t, link, record, run.first);
    if (isKnown && isSeen(record.mark, run.first)) cameAgain(t, record, run, first, link);
    else if (isKnown && isUsual(t, record, run, first, link))
      goesOn(t, record, run, partOf(event, nr, count), link);
    else {
      messages ??= messagesOf(event);
      arrived(t, link, messages[nr]!);
      count = 1;
    }
  }
}

export const runOf = ({ first: { sequence }, pieces }: Burst): Gap => ({
  first: sequence,
  last: sequence + countOf(pieces) - 1,
});

/** What one of them says of its way all do: the last, because how far the link has come counts. */
function cameAgain(t: Turn, record: Epoch, run: Gap, { hop }: MessageOf<'gossip'>, link: LinkId): void {
  redundant(t, record, link, { sequence: run.last, hop });
  unannounce(record, link, run.first, run.last);
}

function goesOn(t: Turn, record: Epoch, run: Gap, { first, pieces }: Burst, link: LinkId): void {
  const { origin, mark } = record;
  origin.busy = run.first < run.last || t.env.now - origin.newAt < t.state.settings.graftMin;
  origin.newAt = origin.heardAt = t.env.now;
  if (link === origin.parent) feeds(t, record, run.first);
  chooseParent(t, record, run.last, link);
  if (record.missing !== undefined)
    for (let sequence = run.first; sequence <= run.last; sequence++) resolvedMissing(t, record, sequence);
  saw(t, record, run);
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
function isUsual(t: Turn, record: Epoch, run: Gap, first: MessageOf<'gossip'>, link: LinkId): boolean {
  const { origin, mark, claimed } = record;
  // The next, or in a hole: what leaves one has it asked for.
  if (run.first > mark.high || origin.id === t.state.self.id || hasNoHost(first)) return false;
  if (origin.parent !== link) return isAside(t, record, run.last, link);
  return (
    // Nobody has told of more than came. Below there may be holes: of an origin of which something is lost
    // all would else be taken one by one until that is given up, just when there is too much to do.
    claimed <= mark.high &&
    !origin.pruned.includes(link) &&
    first.hop === origin.depth &&
    !hasShorterWay(t, record, run, link)
  );
}

/** Is one of them announced by somebody who is to be the parent when it comes? */
function hasShorterWay(t: Turn, { missing, origin }: Epoch, { first, last }: Gap, from: LinkId): boolean {
  if (missing === undefined || isChanging(t, origin)) return false;
  for (let sequence = first; sequence <= last; sequence++) {
    const announcers = missing.get(sequence)?.announcers;
    if (announcers !== undefined && shorterWay(t, announcers, from, origin.depth) !== undefined) return true;
  }
  return false;
}
