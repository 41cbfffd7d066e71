import type { Event, LinkId } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import type { MessageOf, Run } from '../messages.ts';
import { announce, unannounce } from './announce.ts';
import { hasHole, holes, isSeen, lastSeen, passHole, see } from './mark.ts';
import { askBelow, missed, reported, resolvedMissing, watchHole } from './missing.ts';
import type { Epoch } from './origins.ts';
import { grantTo, withheld } from './slow.ts';
import { keep, nextEviction } from './store.ts';
import { makeEager, makeLazy } from './tree.ts';
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
  accept(t, record, message, undefined);
  const neighbors = [...overlay.neighbors.values()].map((neighbor) => neighbor.shown);
  t.out.push({ type: 'published', ref, message, neighbors });
}

export function onGossip(t: Turn, from: LinkId, received: MessageOf<'gossip'>): void {
  const { origin, epoch, sequence, hop } = received;
  // No message crosses so many links, and one more must still be a number that others take.
  if (hop > maxHops || sequence >= Number.MAX_SAFE_INTEGER) return;
  const record = recordOf(t, origin, epoch);
  if (origin === t.state.self.id || isSeen(record.mark, sequence)) {
    redundant(t, record, from);
    unannounce(record, from, sequence, sequence);
    return;
  }
  // Before the first comparison of marks we do not know where this origin's history ends: it begins for us here.
  if (!t.b.baselined && record.mark.high === 0) record.mark.low = record.mark.high = sequence;
  const message = placed(t, from, received);
  const announcers = resolvedMissing(t, record, sequence);
  // What comes over a lazy link was sent before our PRUNE was there: the link is lazy all the same. (The paper
  // makes it eager again, prunes the parent for its copy, and is left with neither.)
  if (isNeighbor(t, from) && !record.origin.lazy.includes(from)) {
    makeEager(t.b, record.origin, from);
    record.origin.parent = from;
  }
  accept(t, record, message, from);
  t.out.push({ type: 'deliver', message, via: shownAddress(t.state, from) });
  const shorter = announcers.find((one) => one.link !== from && isShorter(t, one.hop, message.hop));
  if (shorter !== undefined) optimise(t, record, shorter.link, from);
}

/** Marks it seen, keeps it, and passes it on: the payload to the eager, an IHAVE to the lazy. */
function accept(t: Turn, record: Epoch, message: MessageOf<'gossip'>, from: LinkId | undefined): void {
  const { settings, overlay } = t.state;
  const { mark } = record;
  const { high } = mark;
  record.origin.busy = t.env.now - record.origin.newAt < settings.graftMin;
  record.origin.newAt = record.origin.heardAt = t.env.now;
  see(mark, message.sequence);
  while ((mark.above?.length ?? 0) > settings.marksAbove)
    reported(t, record, passHole(mark), 'too many holes');
  watchHole(t, record);
  // Looking through all holes with every message would cost more than the message: only the new, or when nothing is being waited for.
  if (from !== undefined && hasHole(mark)) {
    if (message.sequence > high) askBelow(t, record, high, from);
    else if (record.missing === undefined) askBelow(t, record, mark.low, from);
  }
  const empty = nextEviction(t.b.store, settings) === undefined;
  keep(t.b.store, record, message, settings, t.env.now);
  if (empty) t.out.push({ type: 'wake', alarm: 'store', at: t.env.now + settings.storeAge });

  const { lazy } = record.origin;
  const eager: LinkId[] = [];
  for (const link of overlay.links)
    if (link !== from && !lazy.includes(link) && !withheld(t, link, record, message.sequence))
      eager.push(link);
  if (record.origin.lazy.length > 0) announce(t, record, message, from);
  if (eager.length > 0)
    t.out.push({ type: 'send', links: eager, message: { ...message, hop: message.hop + 1 } });
}

/** Came twice: the later path is not needed. The other end must know, because it decides what it sends. */
function redundant(t: Turn, { origin }: Epoch, from: LinkId): void {
  const loser = from === origin.parent ? origin.former : from;
  if (loser === origin.former) origin.former = undefined;
  if (loser === undefined || !isNeighbor(t, loser)) return;
  // What we say ourselves comes back from who had it from another first. To stop sending to it would cut it off
  // from the source.
  if (origin.id !== t.state.self.id) makeLazy(t.b, origin, loser);
  send(t, loser, { type: 'prune', origin: origin.id });
}

/**
 * The other end has our payloads from elsewhere: the link is lazy, at its end as well. When it is our parent, we
 * have pruned all others and depend on it, which it could not know: it is grafted, with what it has said since.
 */
export function onPrune(t: Turn, from: LinkId, { origin: id }: MessageOf<'prune'>): void {
  const origin = t.b.origins.byId.get(id);
  if (origin === undefined || !isNeighbor(t, from)) return;
  const first = !origin.lazy.includes(from);
  makeLazy(t.b, origin, from);
  const record = [...origin.epochs.values()].at(-1);
  // A PRUNE comes for each payload that was under way, and all of those are there before our GRAFT: one is enough.
  if (!first || origin.parent !== from || record === undefined) return;
  const next = lastSeen(record.mark) + 1;
  const ids = [{ origin: id, epoch: record.epoch, first: next, last: next + t.state.settings.pageSize - 1 }];
  send(t, from, { type: 'graft', ids, eager: true, payload: true });
}

export function onIHave(t: Turn, from: LinkId, { ids }: MessageOf<'ihave'>): void {
  // What one frame may make us miss: a run can claim anything, and must not fill our memory.
  let budget = t.state.settings.marksAbove;
  for (const { origin, epoch, first, last, hop } of ids) {
    const known = knownRecord(t, { origin, epoch });
    if (known !== undefined) unannounce(known, from, first, last);
    if (origin === t.state.self.id) continue;
    const record = known ?? recordOf(t, origin, epoch);
    for (const hole of holes(record.mark, first, last + 1, budget)) {
      budget -= hole.last - hole.first + 1;
      for (let sequence = hole.first; sequence <= hole.last; sequence++)
        missed(t, record, sequence, { link: from, hop }, true);
    }
    const { parent } = record.origin;
    const ours = record.kept.get(first) ?? record.kept.get(last);
    if (ours !== undefined && parent !== undefined && parent !== from && isShorter(t, hop, ours.hop))
      optimise(t, record, from, parent);
  }
}

/** Someone misses messages: what is kept is sent, for the rest GONE. With `eager` the link joins the tree. */
export function onGraft(t: Turn, from: LinkId, { ids, eager, payload }: MessageOf<'graft'>): void {
  const gone: Run[] = [];
  let budget = t.state.settings.pageSize;
  const grant = grantTo(t, from);
  for (const run of ids) {
    const record = knownRecord(t, run);
    if (record !== undefined && eager && isNeighbor(t, from)) makeEager(t.b, record.origin, from);
    if (!payload) continue;
    for (let sequence = run.first; sequence <= run.last && budget > 0; sequence++, budget--) {
      const message = record?.kept.get(sequence);
      if (record !== undefined && message !== undefined) grant(record, message);
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
 * The paper prunes the old parent at once. Then what is under way at that moment comes from neither; the new one is
 * asked for it. Of a busy origin that may be thousands of messages, so its old parent is only pruned, by
 * `redundant`, once the same message has come from both.
 */
function optimise(t: Turn, { origin, epoch, mark }: Epoch, better: LinkId, parent: LinkId): void {
  if (better === origin.parent || !isNeighbor(t, better) || !isNeighbor(t, parent)) return;
  makeEager(t.b, origin, better);
  makeLazy(t.b, origin, parent);
  origin.parent = better;
  const ids = [{ origin: origin.id, epoch, first: mark.high, last: mark.high + catchUp - 1 }];
  send(t, better, { type: 'graft', ids, eager: true, payload: !origin.busy });
  if (origin.busy) origin.former = parent;
  else send(t, parent, { type: 'prune', origin: origin.id });
}

/** Messages of an origin that is not busy that may be under way while a parent is changed. */
const catchUp = 64;

const maxHops = 1000;

/** An origin that does not know its own address (`:port`) is given the one its neighbor sees, so that `from` can be printed anywhere. */
function placed(t: Turn, from: LinkId, message: MessageOf<'gossip'>): MessageOf<'gossip'> {
  return message.address.startsWith(':') ? { ...message, address: shownAddress(t.state, from) } : message;
}
