import type { LinkId } from '../events.ts';
import { misbehaved } from '../links/conduct.ts';
import { shownAddress } from '../links/links.ts';
import { onward, type Address, type MessageOf, type PeerId, type Run } from '../messages.ts';
import { announce, unannounce } from './announce.ts';
import { noteAnswer } from './asked.ts';
import { awaitRun, expand } from './awaited.ts';
import { isNoHistory, runsAhead } from './claims.ts';
import { eagerLinks } from './eager.ts';
import { askFormer } from './grafts.ts';
import { askBelow, saw } from './holes.ts';
import { hasHole, holes, isSeen } from './mark.ts';
import { missedRun, resolvedMissing } from './missing.ts';
import { hasSpoken, type Epoch } from './origins.ts';
import { mayCharge } from './accounts.ts';
import { keep } from './packing.ts';
import { chooseParent, isShorter, optimise, redundant, shorterWay } from './parent.ts';
import { claimedRecord, recordOf } from './records.ts';
import { maySend } from './regrafts.ts';
import { addId } from './runs.ts';
import { grantTo } from './slow.ts';
import { burstOf } from './kept.ts';
import { makeEager, makeLazy } from './tree.ts';
import { isNeighbor, knownRecord, send, type Turn } from './turn.ts';

/**
 * Plumtree (Leitao, Pereira, Rodrigues: "Epidemic Broadcast Trees", SRDS 2007), section 3.4, algorithm 1:
 * payloads along eager links, announcements along lazy ones; a duplicate prunes a link, a payload that does
 * not come grafts one.
 */

export function onGossip(t: Turn, from: LinkId, received: MessageOf<'gossip'>): void {
  const { origin, sequence, hop } = received;
  // No message crosses so many links, and one more must still be a number that others take.
  if (hop > maxHops || sequence >= Number.MAX_SAFE_INTEGER) return;
  const known = knownRecord(t, received);
  if (known?.heard === true && runsAhead(t, known, sequence)) {
    t.state.counters.sequenceJumps += 1;
    return;
  }
  const record = known ?? recordOf(t, received);
  if (isNoHistory(t, record, sequence)) record.mark.low = record.mark.high = sequence;
  noteAnswer(t, from, record, sequence);
  if (origin === t.state.self.id || isSeen(record.mark, sequence)) {
    redundant(t, record, from, received);
    unannounce(record, from, sequence, sequence);
    return;
  }
  record.origin.heardAt = t.env.now;
  // Before the first comparison of marks we do not know where this origin's history ends: it begins for us here.
  if (!t.b.baselined && record.mark.high === 0) record.mark.low = record.mark.high = sequence;
  const message = placed(t, from, received);
  // The way has become longer: a shorter one may have been announced.
  if (hop > record.origin.depth) expand(t, record, sequence + 1);
  const announcers = resolvedMissing(t, record, sequence);
  chooseParent(t, record, sequence, from);
  accept(t, record, message, from);
  t.out.push({ type: 'deliver', message: named(t, message), via: shownAddress(t.state, from) });
  if (from !== record.origin.parent) return;
  record.origin.depth = message.hop;
  const shorter = shorterWay(t, announcers, from, message.hop);
  if (shorter !== undefined) optimise(t, record, { hop: shorter.hop, sequence }, shorter.link, from);
}

/** Marks it seen, keeps it, and passes it on: the payload to the eager, an IHAVE to the lazy. */
export function accept(t: Turn, record: Epoch, message: MessageOf<'gossip'>, from: LinkId | undefined): void {
  const { settings } = t.state;
  const { mark } = record;
  const { high } = mark;
  hasSpoken(t.b.origins, record);
  record.origin.busy = t.env.now - record.origin.newAt < settings.graftMin;
  record.origin.newAt = record.origin.heardAt = t.env.now;
  saw(t, record, { first: message.sequence, last: message.sequence });
  // Looking through all holes with every message would cost more than the message: only the new, or when nothing is being waited for.
  if (from !== undefined && hasHole(mark)) {
    if (message.sequence > high) {
      expand(t, record, mark.high);
      askBelow(t, record, high, from);
    } else if (record.missing === undefined) askBelow(t, record, mark.low, from);
  }
  const empty = t.b.store.messages === 0;
  keep(t.b.store, record, message, settings, t.env.now);
  if (empty) t.out.push({ type: 'wake', alarm: 'store', at: t.env.now + settings.storeAge });

  const { sequence } = message;
  const eager = eagerLinks(t, record, { first: sequence, last: sequence }, from);
  announce(t, record, message, from);
  if (eager.length > 0) t.out.push({ type: 'send', links: eager, message: onward(message) });
}

export function onPrune(t: Turn, from: LinkId, { origin: id }: MessageOf<'prune'>): void {
  const origin = t.b.origins.byId.get(id);
  if (origin !== undefined && isNeighbor(t, from)) makeLazy(t.b, origin, from);
}

export function onIHave(t: Turn, from: LinkId, { ids }: MessageOf<'ihave'>): void {
  // A run can claim anything, and must not fill our memory. Those of a frame that are awaited do not count among what it may have us
  // look after: under load they are long, and would have a hole passed over that the same frame tells of.
  const { marksAbove } = t.state.settings;
  let budget = marksAbove;
  for (const { origin, epoch, first, last, hop } of ids) {
    const known = knownRecord(t, { origin, epoch });
    if (known !== undefined) unannounce(known, from, first, last);
    if (origin === t.state.self.id) continue;
    const record = known ?? (mayCharge(t, from) ? claimedRecord(t, { origin, epoch }) : undefined);
    if (record === undefined) continue;
    const { mark, origin: of } = record;
    const wanted = isNoHistory(t, record, first)
      ? [{ first, last }]
      : [
          ...holes(mark, first, Math.min(last + 1, mark.high), budget),
          ...holes(mark, Math.max(first, mark.high), last + 1, marksAbove),
        ];
    for (const hole of wanted) {
      if (awaitRun(t, record, hole, from, hop)) continue;
      const missing = { first: hole.first, last: Math.min(hole.last, hole.first + budget - 1) };
      budget -= missing.last - missing.first + 1;
      missedRun(t, record, missing, { link: from, hop }, true);
      if (from === of.former) askFormer(t, record, missing, { link: from, hop });
    }
    const { parent, depth } = of;
    const ours = (burstOf(record.kept, first) ?? burstOf(record.kept, last))?.message;
    if (ours === undefined || parent === undefined || parent === from) continue;
    // Of several announcements of what came by a former parent, one is worth a change.
    if (isShorter(t, hop, Math.min(ours.hop, depth)))
      optimise(t, record, { hop, sequence: last }, from, parent);
  }
}

/** Someone misses messages: what is kept is sent, for the rest GONE. With `eager` the link joins the tree. */
export function onGraft(t: Turn, from: LinkId, { ids, eager, payload }: MessageOf<'graft'>): void {
  const gone: Run[] = [];
  let budget = t.state.settings.pageSize;
  const grant = grantTo(t, from);
  let again = false;
  for (const run of ids) {
    const record = knownRecord(t, run);
    if (record !== undefined && eager && isNeighbor(t, from)) makeEager(t.b, record.origin, from);
    if (!payload) continue;
    const last = Math.min(run.last, run.first + budget - 1);
    budget -= last - run.first + 1;
    let granted = run.first;
    for (let sequence = run.first; sequence <= last; sequence++) {
      const burst = record && burstOf(record.kept, sequence);
      if (burst !== undefined && maySend(t, from, burst, sequence)) continue;
      if (granted < sequence) grant(record!, { first: granted, last: sequence - 1 });
      granted = sequence + 1;
      if (burst !== undefined) again = true;
      else if (record === undefined || sequence < record.mark.high)
        addId(gone, run.origin, run.epoch, sequence);
    }
    if (granted <= last) grant(record!, { first: granted, last });
  }
  if (gone.length > 0) send(t, from, { type: 'gone', ids: gone });
  if (again) t.out.push(misbehaved(from, 'regraft'));
}

export const maxHops = 1000;

export const hasNoHost = (message: MessageOf<'gossip'>) => message.address.startsWith(':');

/**
 * An origin that does not know its own address (`:port`) is given the one its neighbor sees, so that `from` can be
 * printed anywhere. Not when it signs: then the address is part of what it said.
 */
function placed(t: Turn, from: LinkId, message: MessageOf<'gossip'>): MessageOf<'gossip'> {
  if (!hasNoHost(message) || message.proof.length > 0) return message;
  return { ...message, address: shownAddress(t.state, from) };
}

/** As the application sees it: an origin whose address nobody may complete has the one we know it by, if we do. */
const named = (t: Turn, message: MessageOf<'gossip'>): MessageOf<'gossip'> =>
  hasNoHost(message) ? { ...message, address: linkedAddress(t, message.origin) } : message;

function linkedAddress(t: Turn, origin: PeerId): Address {
  for (const { peer } of t.state.links.values()) if (peer?.id === origin) return peer.address;
  return '';
}
