import { log } from '../effects.ts';
import type { LinkId } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import { areOld, isOwed, noArrears, owe, pay, sendKept, type Arrears } from './arrears.ts';
import type { Broadcast } from './broadcast.ts';
import { sendMarks } from './exchange.ts';
import type { Gap } from './runs.ts';
import type { Epoch } from './origins.ts';
import { keptSince, type Burst } from './kept.ts';
import { heardAtOf, isNeighbor, type Turn } from './turn.ts';

/**
 * Neighbors that do not keep up. While a link is congested it is given no payload: what it would have been
 * sent is owed, by number, and taken from the store when it is relieved, in order. So a slow neighbor costs the
 * bytes of its outbox and a few numbers, and loses only what the store no longer has.
 *
 * One that takes something, if little, sets the pace of who publishes here. One that takes nothing is demoted:
 * nobody waits for it until it has caught up. Plumtree has none of this: there a peer is up to date or down.
 */
export interface Slow extends Arrears {
  /** When it last took something. */
  tookAt: number;
  demoted: boolean;
  /** The links that are read more slowly for it. */
  readonly holds: Set<LinkId>;
}

/** A neighbor, or who was one and is still owed something. Others are served by the one GRAFT, and closed soon. */
const mayBeOwed = (t: Turn, link: LinkId): boolean => isNeighbor(t, link) || t.b.slow.has(link);

export function onCongested(t: Turn, link: LinkId): void {
  if (mayBeOwed(t, link)) slowOf(t, link).tookAt = t.env.now;
}

export function onRelieved(t: Turn, link: LinkId): void {
  const slow = t.b.slow.get(link);
  if (slow === undefined) return;
  slow.tookAt = t.env.now;
  pay(t, link, slow);
  for (const held of slow.holds) t.out.push({ type: 'letGo', link: held });
  slow.holds.clear();
  // What it was paid has made the link congested again. One that was so before, and is now its link again, does not say so.
  if (slow.runs > 0) return lookAgain(t);
  t.b.slow.delete(link);
  if (slow.behind) sendMarks(t, link, false);
  if (slow.demoted) t.out.push(log('info', `${shownAddress(t.state, link)} has caught up`));
}

/**
 * It is no neighbor any more. While its link is up it is sent what it is owed: it relied on us for that, and those
 * who have it may not keep it. `idle.ts` leaves the link open for it.
 */
export function settleWith(t: Turn, link: LinkId): void {
  const slow = t.b.slow.get(link);
  if (slow === undefined) return;
  if (slow.runs === 0 || slow.demoted || t.state.links.get(link)?.phase !== 'up') t.b.slow.delete(link);
}

/** The same neighbor over another link, whose outbox is empty. */
export function moveSlow(t: Turn, from: LinkId, to: LinkId): void {
  const slow = t.b.slow.get(from);
  if (slow === undefined) return;
  t.b.slow.delete(from);
  t.b.slow.set(to, slow);
  onRelieved(t, to);
}

/** Demotes who is congested and takes nothing, and in the end drops it. */
export function lookAfterSlow(t: Turn): void {
  const { settings } = t.state;
  const { now } = t.env;
  let next = Infinity;
  for (const [link, slow] of t.b.slow) {
    const late = now - dueAt(t, link, slow);
    // We were stopped or busy ourselves, and what it took meanwhile we have not heard yet.
    if (late > settings.demoteAfter / 2) slow.tookAt = now;
    else if (late >= 0 && slow.demoted) {
      t.out.push({ type: 'stuck', link, reason: `it took nothing for ${settings.stuckAfter / 1000} s` });
      continue;
    } else if (late >= 0) {
      slow.demoted = true;
      t.out.push(
        log('info', `${shownAddress(t.state, link)} is slow: nobody waits for it until it has caught up`),
      );
    }
    next = Math.min(next, dueAt(t, link, slow));
  }
  if (next < Infinity) t.out.push({ type: 'wake', alarm: 'slow', at: next });
}

/**
 * A system's buffer takes megabytes, and then nothing for as long as the other end reads a part of them: that we hear
 * from a slow one shows that it goes on, for a while.
 */
function dueAt(t: Turn, link: LinkId, { tookAt, demoted }: Slow): number {
  const { demoteAfter, stuckAfter } = t.state.settings;
  if (demoted) return tookAt + stuckAfter;
  return Math.min(Math.max(tookAt, heardAtOf(t, link)), tookAt + 2 * demoteAfter) + demoteAfter;
}

/** Is it not to be sent these payloads now? Then they are owed. */
export function withheld(t: Turn, link: LinkId, record: Epoch, run: Gap): boolean {
  const slow = t.b.slow.get(link);
  if (slow === undefined) return false;
  owe(t, slow, record, run, t.env.now);
  return true;
}

/**
 * A neighbor brings payloads: it is read more slowly while one that is waited for is owed something for long, because
 * what it brings takes the place of that in the store, whoever else is to be sent it. Not before: several that say much at once,
 * and are slow for each other now and then, would only get in each other's way. Nor for what it is owed itself: with what it
 * brings comes what it says of what it does not want.
 */
export function slowDown(t: Turn, from: LinkId): void {
  for (const [link, slow] of t.b.slow) {
    if (link === from || slow.demoted || !areOld(t, slow)) continue;
    slow.holds.add(from);
    t.out.push({ type: 'hold', link: from });
    return;
  }
}

/** Is a neighbor that is waited for still to be sent any of it? */
export function isReserved(slow: Broadcast['slow'], burst: Burst): boolean {
  for (const one of slow.values()) if (!one.demoted && isOwed(one, burst)) return true;
  return false;
}

/**
 * Answers one GRAFT, by runs that are kept. Of what is asked for so much is sent at once as an outbox may hold; a neighbor is
 * owed the rest, anybody else may ask again.
 */
export function grantTo(t: Turn, link: LinkId): (record: Epoch, run: Gap) => void {
  const slow = t.b.slow.get(link);
  let room = slow === undefined ? t.state.settings.highWater : 0;
  return (record, run) => {
    const { next, left } = sendKept(t, link, record, run, room);
    room = left;
    const { last } = run;
    if (next > last || !mayBeOwed(t, link)) return;
    // Its outbox is full. If it said so when it was nobody's neighbor, it does not again before it takes something.
    owe(t, slowOf(t, link), record, { first: next, last }, keptSince(record.kept, next));
  };
}

function slowOf(t: Turn, link: LinkId): Slow {
  let slow = t.b.slow.get(link);
  if (slow === undefined) {
    slow = { tookAt: t.env.now, demoted: false, holds: new Set(), ...noArrears() };
    t.b.slow.set(link, slow);
    lookAgain(t);
  }
  return slow;
}

const lookAgain = (t: Turn) =>
  void t.out.push({ type: 'wake', alarm: 'slow', at: t.env.now + t.state.settings.demoteAfter });
