import type { Event, LinkId } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import type { MessageOf, Run } from '../messages.ts';
import { announce, unannounce } from './announce.ts';
import { isSeen, passHole, see } from './mark.ts';
import { missed, reported, resolvedMissing, watchHole } from './missing.ts';
import type { Epoch } from './origins.ts';
import { keep, nextEviction } from './store.ts';
import { feedFrom, makeEager, makeLazy, prune } from './tree.ts';
import { isNeighbor, knownRecord, recordOf, send, type Turn } from './turn.ts';

/**
 * Plumtree (Leitao, Pereira, Rodrigues: "Epidemic Broadcast Trees", SRDS 2007), section 3.4, algorithm 1:
 * payloads along eager links, announcements along lazy ones; a duplicate prunes a link, a payload that does
 * not come grafts one.
 */

export function publish(t: Turn, { ref, topic, payload }: Event & { type: 'publish' }): void {
  const { self, overlay } = t.state;
  const { id: origin, epoch, address } = self;
  const record = recordOf(t, origin, epoch);
  const message: MessageOf<'gossip'> = {
    type: 'gossip',
    origin,
    epoch,
    sequence: t.b.sequence++,
    hop: 0,
    address,
    topic,
    payload,
  };
  record.origin.heardAt = t.env.now;
  accept(t, record, message, undefined);
  const neighbors = [...overlay.neighbors.values()].map((neighbor) => neighbor.shown);
  t.out.push({ type: 'published', ref, message, neighbors });
}

export function onGossip(t: Turn, from: LinkId, received: MessageOf<'gossip'>): void {
  const { origin, epoch, sequence, hop } = received;
  // No message crosses so many links, and one more must still be a number that others take.
  if (hop > maxHops || sequence >= Number.MAX_SAFE_INTEGER) return;
  const record = recordOf(t, origin, epoch);
  record.origin.heardAt = t.env.now;
  if (origin === t.state.self.id || isSeen(record.mark, sequence)) {
    redundant(t, record, from);
    unannounce(t, from, received);
    return;
  }
  // Before the first comparison of marks we do not know where this origin's history ends: it begins for us here.
  if (!t.b.baselined && record.mark.high === 0) record.mark.low = record.mark.high = sequence;
  const message = placed(t, from, received);
  const announcers = resolvedMissing(t, record, sequence);
  if (isNeighbor(t, from) && isFeed(record, sequence, from)) {
    feedFrom(t.b, record.origin, from);
    record.origin.parent = from;
  }
  accept(t, record, message, from);
  t.out.push({ type: 'deliver', message, via: shownAddress(t.state, from) });
  if (from !== record.origin.parent) return;
  record.origin.depth = message.hop;
  const shorter = announcers.find((one) => one.link !== from && isShorter(t, one.hop, message.hop));
  if (shorter !== undefined) optimise(t, record, shorter, shorter.link, from);
}

/**
 * Is who brought a new payload the parent from now on? The paper says yes. Ours must be
 * - not pruned: what it sends was under way before our PRUNE was there. Taken back, it would have the parent
 *   pruned for its copy, and we would be left with neither;
 * - the first with the origin's newest message: what fills a hole says how things were before. Two neighbors that
 *   each took an older message of the other for a change would be each other's parents, and fed by nobody.
 */
const isFeed = ({ origin, mark }: Epoch, sequence: number, from: LinkId): boolean =>
  !origin.pruned.includes(from) && (sequence >= mark.high || origin.parent === undefined);

/** Marks it seen, keeps it, and passes it on: the payload to the eager, an IHAVE to the lazy. */
function accept(t: Turn, record: Epoch, message: MessageOf<'gossip'>, from: LinkId | undefined): void {
  const { settings, overlay } = t.state;
  see(record.mark, message.sequence);
  while ((record.mark.above?.size ?? 0) > settings.marksAbove)
    reported(t, record, passHole(record.mark), 'too much lies above it');
  watchHole(t, record, from);
  const empty = nextEviction(t.b.store, settings) === undefined;
  keep(t.b.store, record, message, settings, t.env.now);
  if (empty) t.out.push({ type: 'wake', alarm: 'store', at: t.env.now + settings.storeAge });

  const { lazy, parent } = record.origin;
  const eager: LinkId[] = [];
  for (const link of overlay.links) {
    if (link === from) continue;
    if (lazy.includes(link) || link === parent) announce(t, link, message);
    else eager.push(link);
  }
  if (eager.length > 0)
    t.out.push({ type: 'send', links: eager, message: { ...message, hop: message.hop + 1 } });
}

/** Came twice: the later path is not needed. The other end must know, because it decides what it sends. */
function redundant(t: Turn, { origin }: Epoch, from: LinkId): void {
  if (!isNeighbor(t, from) || from === origin.parent) return;
  const orphaned = origin.parent === undefined && origin.id !== t.state.self.id;
  if (orphaned && !origin.pruned.includes(from)) {
    feedFrom(t.b, origin, from);
    origin.parent = from;
    return;
  }
  prune(t.b, origin, from);
  send(t, from, { type: 'prune', origin: origin.id });
}

export function onPrune(t: Turn, from: LinkId, { origin: id }: MessageOf<'prune'>): void {
  const origin = t.b.origins.byId.get(id);
  if (origin !== undefined && isNeighbor(t, from)) makeLazy(t.b, origin, from);
}

export function onIHave(t: Turn, from: LinkId, { ids }: MessageOf<'ihave'>): void {
  for (const one of ids) {
    const { origin, epoch, sequence, hop } = one;
    unannounce(t, from, one);
    if (origin === t.state.self.id) continue;
    const record = recordOf(t, origin, epoch);
    if (!isSeen(record.mark, sequence)) {
      missed(t, record, sequence, { link: from, hop }, true);
      continue;
    }
    const { parent, depth } = record.origin;
    const ours = record.kept.get(sequence);
    if (ours === undefined || parent === undefined || parent === from) continue;
    // Of several announcements of what came by a former parent, one is worth a change.
    if (isShorter(t, hop, Math.min(ours.hop, depth))) optimise(t, record, one, from, parent);
  }
}

/** Someone misses messages: what is kept is sent, for the rest GONE. With `eager` the link joins the tree. */
export function onGraft(t: Turn, from: LinkId, { ids, eager, payload }: MessageOf<'graft'>): void {
  const gone: Run[] = [];
  let budget = t.state.settings.pageSize;
  for (const run of ids) {
    const record = knownRecord(t, run);
    if (record !== undefined && eager && isNeighbor(t, from)) makeEager(t.b, record.origin, from);
    if (!payload) continue;
    for (let sequence = run.first; sequence <= run.last && budget > 0; sequence++, budget--) {
      const message = record?.kept.get(sequence);
      if (message !== undefined) send(t, from, { ...message, hop: message.hop + 1 });
      else if (record === undefined || sequence < record.mark.high) addGone(gone, run, sequence);
    }
  }
  if (gone.length > 0) send(t, from, { type: 'gone', ids: gone });
}

function addGone(gone: Run[], { origin, epoch }: Run, sequence: number): void {
  const last = gone.at(-1);
  if (last?.origin === origin && last.epoch === epoch && last.last === sequence - 1) last.last = sequence;
  else gone.push({ origin, epoch, first: sequence, last: sequence });
}

/** Tree optimisation, section 3.9: a hop count `optimization` shorter is worth a change of parent. */
const isShorter = (t: Turn, announced: number, ours: number): boolean =>
  ours - (announced + 1) >= t.state.settings.optimization;

/**
 * The new parent is asked for what it has beyond our own mark, too: what it passes on before the GRAFT is
 * there it only announces to us, and what the old one passes on after the PRUNE is there as well. Without
 * this (and in the paper) a change of parent can delay a message by a graft timer.
 */
function optimise(
  t: Turn,
  { origin, epoch, mark }: Epoch,
  { hop }: { readonly hop: number },
  better: LinkId,
  parent: LinkId,
): void {
  if (!isNeighbor(t, better) || !isNeighbor(t, parent)) return;
  feedFrom(t.b, origin, better);
  prune(t.b, origin, parent);
  // It has a path of its own, by which we had ours.
  makeLazy(t.b, origin, parent);
  origin.parent = better;
  origin.depth = hop + 1;
  const ids = [{ origin: origin.id, epoch, first: mark.high, last: mark.high + catchUp - 1 }];
  send(t, better, { type: 'graft', ids, eager: true, payload: true });
  send(t, parent, { type: 'prune', origin: origin.id });
}

const maxHops = 1000;

/** Messages that may be under way while a parent is changed. */
const catchUp = 64;

/** An origin that does not know its own address (`:port`) is given the one its neighbor sees, so that `from` can be printed anywhere. */
function placed(t: Turn, from: LinkId, message: MessageOf<'gossip'>): MessageOf<'gossip'> {
  return message.address.startsWith(':') ? { ...message, address: shownAddress(t.state, from) } : message;
}
