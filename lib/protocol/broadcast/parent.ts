import type { LinkId } from '../events.ts';
import type { MessageOf } from '../messages.ts';
import { asks, mayAnswer } from './asked.ts';
import { isChanging, isFedByItself, mayGoOn } from './feeding.ts';
import type { Epoch, Missing, Origin } from './origins.ts';
import { feedFrom, makeLazy, prune } from './tree.ts';
import { isNeighbor, leadsTo, send, type Turn } from './turn.ts';

/** Whom an origin's payloads come from: the parent, one for each origin (Plumtree, sections 3.4 and 3.9). */

/** A new payload has come: is who brought it the parent from now on, or to bring no more? */
export function chooseParent(t: Turn, record: Epoch, sequence: number, from: LinkId): void {
  const { origin } = record;
  const { parent } = origin;
  const isAnswer = from !== parent && mayAnswer(t, from, record, sequence);
  if (from === origin.former) {
    if (sequence < origin.fedFrom) origin.formerAt = t.env.now;
    if (!isAnswer) origin.formerHigh = Math.max(origin.formerHigh, sequence);
  }
  if (parent !== undefined && isAnswer) return;
  if (isOvertaking(t, origin, from)) tellPrune(t, origin, from);
  else if (isNeighbor(t, from) && isFeed(record, sequence, from)) adopt(t, origin, from);
  if (from === origin.parent) feeds(t, record, sequence);
}

/** The parent has brought something new. */
export function feeds(t: Turn, record: Epoch, sequence: number): void {
  const { origin } = record;
  origin.fedAt = t.env.now;
  if (origin.fedFrom === Infinity && !mayAnswer(t, origin.parent!, record, sequence))
    origin.fedFrom = sequence;
}

/**
 * The paper says that who brings a new payload is the parent. Ours must be
 * - not pruned, nor about to be: what it sends was under way before our PRUNE was there. Taken back, it would have
 *   the parent pruned for its copy, and we would be left with neither;
 * - nor asked to send again, before it answers: what it sends until then ends somewhere, and it begins again further on;
 * - the first with the origin's newest message: what fills a hole says how things were before. Two neighbors that
 *   each took an older message of the other for a change would be each other's parents, and fed by nobody.
 */
const isFeed = ({ origin, mark, claimed }: Epoch, sequence: number, from: LinkId): boolean =>
  !origin.pruned.includes(from) &&
  from !== origin.former &&
  (origin.parent === undefined ||
    (sequence >= Math.max(mark.high, claimed) && !origin.recalled.includes(from)));

/**
 * Is the parent the origin itself, and heard? Then who is faster for a moment does not take its place: the origin waits
 * for us when we are slow, and what it has still to send is all there is. To go over to a relay, whose store
 * has let go of what we are behind, would be to lose that. Not in the paper, where little is under way.
 */
const isOvertaking = (t: Turn, origin: Origin, from: LinkId): boolean =>
  from !== origin.parent && from !== origin.former && (isFedByItself(t, origin) || isChanging(t, origin));

/**
 * Does who brings a new run change nothing of the way that others come by? An answer says nothing of it, nor do what fills a hole and
 * who is told to stop.
 */
export const isAside = (t: Turn, record: Epoch, last: number, from: LinkId): boolean =>
  record.origin.parent !== undefined &&
  record.origin.parent !== from &&
  (mayAnswer(t, from, record, last) ||
    isOvertaking(t, record.origin, from) ||
    !isNeighbor(t, from) ||
    !isFeed(record, last, from));

/** Came twice: the later path is not needed. The other end must know, because it decides what it sends. */
export function redundant(
  t: Turn,
  record: Epoch,
  from: LinkId,
  { sequence, hop }: Pick<MessageOf<'gossip'>, 'sequence' | 'hop'>,
): void {
  const { origin, mark, holeSince } = record;
  if (!isNeighbor(t, from)) return;
  const { parent, former } = origin;
  const isPruned = origin.pruned.includes(from);
  if (parent === undefined && origin.id !== t.state.self.id && !isPruned) {
    adopt(t, origin, from);
    return;
  }
  if (mayAnswer(t, from, record, sequence)) return;
  // What is missing below this one may be what the way that is to be given up has still to bring, if it is not missing for long.
  const isWhole = sequence < mark.low || t.env.now - holeSince > t.state.settings.askTimeout;
  const isFree = former === from || !isChanging(t, origin);
  if (from !== parent && !isPruned && isWhole && isFree && leadsTo(t, origin, from))
    replaceParent(t, origin, from, hop);
  const isParent = from === origin.parent;
  if (isParent) origin.fedAt = t.env.now;
  else if (from !== former) return tellPrune(t, origin, from);
  if (origin.former === undefined) return;
  // Later messages of the former do not say that it has brought all before: a relay passes on what fills its own holes last. Before the
  // parent has brought anything new, its copy of what is whole shows that it begins where nothing is missing.
  const { fedFrom } = origin;
  const isTakenOver = fedFrom === Infinity ? isParent && sequence < mark.low : fedFrom <= mark.low;
  if (isTakenOver || !mayGoOn(t, origin)) retire(t, origin, origin.former);
}

/** The former parent is to bring no more. It has a path of its own, by which we had ours: it is told of what comes. */
function retire(t: Turn, origin: Origin, former: LinkId): void {
  origin.former = undefined;
  makeLazy(t.b, origin, former);
  tellPrune(t, origin, former);
}

/** What lies between what the old and the new parent bring now is still to come by the old one. */
function adopt(t: Turn, origin: Origin, parent: LinkId): void {
  feedFrom(t.b, origin, parent);
  if (origin.parent === parent) return;
  origin.former = origin.parent;
  origin.formerAt = origin.fedAt;
  origin.formerHigh = -1;
  origin.fedFrom = Infinity;
  origin.parent = parent;
}

function replaceParent(t: Turn, origin: Origin, better: LinkId, depth: number): void {
  // It has a path of its own, by which we had ours.
  if (origin.parent !== undefined) makeLazy(t.b, origin, origin.parent);
  adopt(t, origin, better);
  origin.depth = depth;
}

function tellPrune(t: Turn, origin: Origin, loser: LinkId): void {
  if (!isNeighbor(t, loser)) return;
  // Thousands may be under way: told once it sends no more. It is told again in case it has forgotten the origin.
  const { now } = t.env;
  if (origin.pruned.includes(loser) && now - origin.prunedAt < t.state.settings.graftMin) return;
  origin.prunedAt = now;
  prune(t.b, origin, loser);
  send(t, loser, { type: 'prune', origin: origin.id });
}

/** Tree optimisation, section 3.9: a hop count `optimization` shorter is worth a change of parent. */
export const isShorter = (t: Turn, announced: number, ours: number): boolean =>
  ours - (announced + 1) >= t.state.settings.optimization;

/** Who of those that announced a message is to be the parent in place of `from`, which brought it at this hop. */
export const shorterWay = (
  t: Turn,
  announcers: Missing['announcers'],
  from: LinkId,
  ours: number,
): Missing['announcers'][number] | undefined =>
  announcers.find(({ link, hop }) => link !== from && isShorter(t, hop, ours));

/**
 * The paper prunes the old parent at once. Then what is under way at that moment comes from neither; the new one is
 * asked for it. Of a busy origin that may be thousands of messages, so its old parent is only pruned, by
 * `redundant`, once the same message has come from both. `better` has announced `sequence`.
 */
export function optimise(
  t: Turn,
  record: Epoch,
  { hop, sequence }: { readonly hop: number; readonly sequence: number },
  better: LinkId,
  parent: LinkId,
): void {
  const { origin, epoch, mark } = record;
  if (better === origin.parent || !isNeighbor(t, better) || !isNeighbor(t, parent)) return;
  if (isChanging(t, origin)) return;
  const { former } = origin;
  replaceParent(t, origin, better, hop + 1);
  const isMuch = origin.busy || isMuchAnnounced(record);
  const ids = [{ origin: origin.id, epoch, first: mark.high, last: mark.high + catchUp - 1 }];
  send(t, better, { type: 'graft', ids, eager: true, payload: !isMuch });
  if (isMuch) {
    // It may have been pruned, and what it had under way then is no sign of where it begins now. It is all below what was announced since.
    asks(t, better, record, sequence);
    return;
  }
  // The little that the parent has under way is asked for: nothing is left to it.
  origin.former = former;
  prune(t.b, origin, parent);
  send(t, parent, { type: 'prune', origin: origin.id });
}

/** Messages of an origin that is not busy that may be under way while a parent is changed. */
const catchUp = 64;

/** The first message after a quiet time does not show that thousands are under way. What is announced does. */
const isMuchAnnounced = ({ awaited, missing, mark }: Epoch): boolean =>
  (missing?.size ?? 0) > catchUp || awaited?.some(({ last }) => last >= mark.high + catchUp) === true;
