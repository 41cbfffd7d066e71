import type { Settings } from '../../options.ts';
import { log } from '../effects.ts';
import type { LinkId } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import type { Announcement, MessageOf } from '../messages.ts';
import type { Broadcast } from './broadcast.ts';
import type { Gap } from './mark.ts';
import type { Epoch } from './origins.ts';
import { makeLazy } from './tree.ts';
import { isNeighbor, send, type Turn } from './turn.ts';

/**
 * Neighbors that do not keep up. While a link is congested it is given no payload: what it would have been
 * sent is owed, by number, and taken from the store when it is relieved. So a slow neighbor costs the bytes of
 * its outbox and a few numbers, and nobody who is not slow loses anything.
 *
 * A congested neighbor that takes nothing is demoted: told what there is, as a lazy one is, and sent what it
 * asks for. One that takes something, if little, sets the pace of who publishes here.
 * Plumtree has no such thing: there a neighbor is slow until its connection breaks.
 */
export interface Slow {
  /** Does more wait for it than should? */
  congested: boolean;
  /** When it last took something. */
  tookAt: number;
  demoted: boolean;
  /** What it was not sent yet, in order, by origin and epoch. */
  readonly owed: Map<Epoch, { first: number; last: number }[]>;
  /** Runs in `owed`. */
  runs: number;
}

export function onCongested(t: Turn, link: LinkId): void {
  // Others are served by the one GRAFT, and closed soon.
  if (!isNeighbor(t, link)) return;
  const slow = slowOf(t.b, link);
  slow.tookAt = t.env.now;
  if (slow.congested) return;
  slow.congested = true;
  t.out.push({ type: 'wake', alarm: 'slow', at: t.env.now + t.state.settings.demoteAfter });
}

export function onRelieved(t: Turn, link: LinkId): void {
  const slow = t.b.slow.get(link);
  if (slow === undefined) return;
  slow.congested = false;
  slow.tookAt = t.env.now;
  serve(t, link, slow);
  if (slow.demoted) t.out.push({ type: 'wake', alarm: 'slow', at: t.env.now + t.state.settings.demoteAfter });
  else if (slow.runs === 0) t.b.slow.delete(link);
}

/** The same neighbor over another link, whose outbox is empty. */
export function moveSlow(t: Turn, from: LinkId, to: LinkId): void {
  const slow = t.b.slow.get(from);
  if (slow === undefined) return;
  t.b.slow.delete(from);
  t.b.slow.set(to, slow);
  onRelieved(t, to);
}

/** Demotes and drops who takes nothing, and promotes who is not congested any more. */
export function lookAfterSlow(t: Turn): void {
  const { env, state } = t;
  let next = Infinity;
  for (const [link, slow] of t.b.slow) {
    const late = env.now - dueAt(slow, state.settings);
    if (late >= 0) {
      if (!slow.congested) promote(t, link);
      // We were stopped or busy ourselves, and what it took meanwhile we have not heard yet.
      else if (late > state.settings.demoteAfter / 2) slow.tookAt = env.now;
      else if (!slow.demoted) demote(t, link, slow);
      else
        t.out.push({
          type: 'stuck',
          link,
          reason: `it took nothing for ${state.settings.stuckAfter / 1000} s`,
        });
    }
    const at = dueAt(slow, state.settings);
    if (at > env.now) next = Math.min(next, at);
  }
  if (next < Infinity) t.out.push({ type: 'wake', alarm: 'slow', at: next });
}

function dueAt({ congested, tookAt, demoted }: Slow, { demoteAfter, stuckAfter }: Settings): number {
  if (!congested && !demoted) return Infinity;
  return tookAt + (congested && demoted ? stuckAfter : demoteAfter);
}

/**
 * Is it not to be sent this payload now? Then it is owed, or, when the neighbor is demoted, announced: the
 * link becomes lazy, until the neighbor grafts it after its promotion.
 */
export function withheld(t: Turn, link: LinkId, record: Epoch, sequence: number): boolean {
  const slow = t.b.slow.get(link);
  if (slow === undefined) return false;
  if (slow.demoted) makeLazy(t.b, record.origin, link);
  else owe(t, link, record, sequence);
  return true;
}

/**
 * Answers one GRAFT. Of what is asked for so much is sent at once as an outbox may hold; a neighbor is owed the
 * rest, anybody else may ask again.
 */
export function grantTo(t: Turn, link: LinkId): (record: Epoch, message: MessageOf<'gossip'>) => void {
  const slow = t.b.slow.get(link);
  let room = slow === undefined || (!slow.congested && slow.runs === 0) ? t.state.settings.highWater : 0;
  return (record, message) => {
    if (room > 0) room -= sendKept(t, link, message);
    else if (isNeighbor(t, link)) owe(t, link, record, message.sequence);
  };
}

/** Tells the application to wait while a neighbor that it sends payloads to is congested, and when it may go on. */
export function control(t: Turn): void {
  const lazy = t.b.origins.byId.get(t.state.self.id)?.lazy ?? t.b.sharedLazy;
  let open = true;
  for (const [link, { demoted }] of t.b.slow) if (!demoted && !lazy.includes(link)) open = false;
  if (open === t.b.open) return;
  t.b.open = open;
  t.out.push({ type: 'flow', open });
}

function slowOf(b: Broadcast, link: LinkId): Slow {
  let slow = b.slow.get(link);
  if (slow === undefined) {
    slow = { congested: false, tookAt: 0, demoted: false, owed: new Map(), runs: 0 };
    b.slow.set(link, slow);
  }
  return slow;
}

function owe(t: Turn, link: LinkId, record: Epoch, sequence: number): void {
  const slow = slowOf(t.b, link);
  const runs = slow.owed.get(record);
  const last = runs?.at(-1);
  if (last?.last === sequence - 1) {
    last.last = sequence;
    return;
  }
  // So many runs are one IHAVE, and as much memory.
  if (slow.runs >= t.state.settings.pageSize) {
    if (slow.demoted) return;
    demote(t, link, slow);
  }
  const run = { first: sequence, last: sequence };
  if (runs === undefined || slow.runs === 0) slow.owed.set(record, [run]);
  else runs.push(run);
  slow.runs += 1;
}

/** Pays what is owed, until the outbox is full again: then there will be a next time. */
function serve(t: Turn, link: LinkId, slow: Slow): void {
  let room = t.state.settings.highWater;
  for (const [record, runs] of slow.owed) {
    for (let run = runs[0]; run !== undefined; run = runs[0]) {
      while (run.first <= run.last) {
        if (room <= 0) return;
        const message = record.kept.get(run.first++);
        if (message !== undefined) room -= sendKept(t, link, message);
      }
      runs.shift();
      slow.runs -= 1;
    }
    slow.owed.delete(record);
  }
}

/** Returns how much that adds to the outbox, rather too little than too much: what is said to fill it must fill it. */
function sendKept(t: Turn, link: LinkId, message: MessageOf<'gossip'>): number {
  send(t, link, { ...message, hop: message.hop + 1 });
  return message.payload.length + 32;
}

function demote(t: Turn, link: LinkId, slow: Slow): void {
  slow.demoted = true;
  const ids = [...slow.owed].flatMap(([record, runs]) => runs.map((run) => announced(record, run)));
  if (ids.length > 0) send(t, link, { type: 'ihave', ids });
  slow.owed.clear();
  slow.runs = 0;
  t.out.push(log('info', `${shownAddress(t.state, link)} is slow: from now on it is sent what it asks for`));
}

function promote(t: Turn, link: LinkId): void {
  t.b.slow.delete(link);
  t.out.push(log('info', `${shownAddress(t.state, link)} keeps up again`));
}

const announced = ({ origin, epoch, kept }: Epoch, { first, last }: Gap): Announcement => ({
  origin: origin.id,
  epoch,
  first,
  last,
  hop: kept.get(last)?.hop ?? 0,
});
