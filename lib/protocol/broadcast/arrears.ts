import type { LinkId } from '../events.ts';
import { onward } from '../messages.ts';
import { bytesOf, countOf } from '../pieces.ts';
import type { Epoch } from './origins.ts';
import { insert, touches, type Gap, type Runs } from './runs.ts';
import { keptFrom, keptSince, nextKept, type Burst } from './kept.ts';
import { wholeSince } from './store.ts';
import { send, type Turn } from './turn.ts';

/** What a neighbor was not sent yet: numbers; the messages are in the store for as long as that keeps them. */
export interface Arrears {
  /** In order, by origin and epoch. */
  readonly owed: Map<Epoch, Runs>;
  /** Runs in `owed`, of which there are at most `marksAbove`. */
  runs: number;
  /** Is it owed more than that? Then it is told by marks. */
  behind: boolean;
  /** When the oldest of it came that others said; Infinity while none is owed. Our own has its part of the store, and the application waits. */
  since: number;
}

export const noArrears = (): Arrears => ({ owed: new Map(), runs: 0, behind: false, since: Infinity });

/** Notes that these are owed, which have been here since `at`. */
export function owe(t: Turn, arrears: Arrears, record: Epoch, run: Gap, at: number): void {
  if (!record.kept.isOwn) arrears.since = Math.min(arrears.since, at);
  const runs = arrears.owed.get(record) ?? [];
  // Of our own one is always noted: it tells when we are to wait.
  const isNoted = record.kept.isOwn && runs.length === 0;
  if (arrears.runs >= t.state.settings.marksAbove && !isNoted && !touches(runs, run)) {
    arrears.behind = true;
    return;
  }
  arrears.runs -= runs.length;
  insert(runs, run.first, run.last);
  arrears.runs += runs.length;
  arrears.owed.set(record, runs);
}

/** Is any of it owed? Between the first and the last that are, nearly all is. */
export function isOwed({ owed }: Arrears, { epoch, first, last }: Burst): boolean {
  const runs = owed.get(epoch);
  return runs !== undefined && runs[0]!.first <= last && runs.at(-1)!.last >= first;
}

/** Have they been in a store that is half full for a quarter of the time that it keeps anything? */
export function areOld(t: Turn, { since }: Arrears): boolean {
  const { store } = t.b;
  if (store.bytes < t.state.settings.storeBytes / 2) return false;
  return t.env.now - since > (t.env.now - wholeSince(store)) / 4;
}

/**
 * Sends what is owed, until that alone makes the link congested: then there will be a next time. The origin whose
 * messages have waited for longest comes first, because the store lets go of the oldest.
 */
export function pay(t: Turn, link: LinkId, arrears: Arrears): void {
  let room = t.state.settings.highWater;
  const oldestFirst = [...arrears.owed].map((owed) => [sinceOf(owed), ...owed] as const);
  for (const [, record, runs] of oldestFirst.sort(([a], [b]) => a - b)) {
    for (let run = runs[0]; run !== undefined && room > 0; run = runs[0]) {
      const { next, left } = sendKept(t, link, record, run, room);
      room = left;
      run.first = next;
      if (run.first <= run.last) break;
      runs.shift();
      arrears.runs -= 1;
    }
    if (runs.length === 0) arrears.owed.delete(record);
    if (room <= 0) break;
  }
  const others = [...arrears.owed].filter(([record]) => !record.kept.isOwn);
  arrears.since = Math.min(...others.map(sinceOf));
}

/** When the oldest that is owed of an origin came. */
const sinceOf = ([{ kept }, runs]: readonly [Epoch, readonly Gap[]]): number =>
  Math.min(...runs.map(({ first }) => keptSince(kept, first)));

/**
 * Sends what is kept of a run, until it has filled the room. Returns what comes next, and how much room is left: rather too much than
 * too little, because what is said to fill an outbox must fill it.
 */
export function sendKept(
  t: Turn,
  link: LinkId,
  { kept }: Epoch,
  { first, last }: Gap,
  room: number,
): { readonly next: number; readonly left: number } {
  let left = room;
  // Most of what a long stop owes is gone: not to be looked for one by one, there may be millions.
  let next = nextKept(kept, first);
  while (next <= last && left > 0) {
    const burst = keptFrom(kept, { first: next, last }, left);
    const { pieces } = burst;
    const count = countOf(pieces);
    const message = onward(burst.first);
    if (count === 1) send(t, link, message);
    else t.out.push({ type: 'sendBurst', links: [link], first: message, pieces });
    left -= bytesOf(pieces) + count * leastHead;
    next = nextKept(kept, next + count);
  }
  return { next, left };
}

/** What a payload takes on the wire beside its own bytes: no less, in any frame. */
const leastHead = 2;
