import { insert, position, type Gap, type Runs } from './runs.ts';

/**
 * What has been seen of one origin's epoch: a low-water mark and the runs above it, a few numbers instead of
 * a set of every id there ever was. Owned: changed in place, by this file only.
 */
export interface Mark {
  /** Everything below is seen or given up. */
  low: number;
  /** One more than the highest id seen, or known to exist from a neighbor's marks. */
  high: number;
  /** Seen ids above the first hole; undefined while there is no hole, which is nearly always. */
  above: Runs | undefined;
}

export const createMark = (): Mark => ({ low: 0, high: 0, above: undefined });

export function isSeen({ low, above }: Mark, sequence: number): boolean {
  if (sequence < low) return true;
  const run = above?.[position(above, sequence)];
  return run !== undefined && run.first <= sequence;
}

/** How far are all of a run like its first: seen, or not? */
export function alikeUpTo({ low, above }: Mark, { first, last }: Gap): number {
  if (first < low) return Math.min(last, low - 1);
  const run = above?.[position(above, first)];
  if (run === undefined) return last;
  return Math.min(last, run.first <= first ? run.last : run.first - 1);
}

/** Marks a run as seen, of which nothing was. */
export function see(mark: Mark, first: number, last = first): void {
  if (last >= mark.high) mark.high = last + 1;
  if (first === mark.low) {
    mark.low = last + 1;
    if (mark.above !== undefined) climb(mark);
    return;
  }
  mark.above ??= [];
  insert(mark.above, first, last);
}

export const hasHole = (mark: Mark): boolean => mark.low < mark.high;

/** The highest id seen or given up; -1 when there is none. */
export const lastSeen = ({ low, above }: Mark): number => above?.at(-1)?.last ?? low - 1;

/** Gives the lowest hole up: the mark passes it. Late copies are duplicates from then on. */
export function passHole(mark: Mark): Gap {
  const first = mark.low;
  mark.low = mark.above?.[0]?.first ?? mark.high;
  const last = mark.low - 1;
  if (mark.above !== undefined) climb(mark);
  return { first, last };
}

/** History: everything below `high` counts as seen, and is no gap. */
export function forgetBelow(mark: Mark, high: number): void {
  mark.high = Math.max(mark.high, high);
  mark.low = Math.max(mark.low, high);
  if (mark.above !== undefined) climb(mark);
}

/** The holes in [from, until), as runs; at most `most` ids in all. */
export function holes(mark: Mark, from: number, until: number, most: number): Gap[] {
  const runs: Gap[] = [];
  const above = mark.above ?? [];
  let left = most;
  let at = Math.max(from, mark.low);
  for (let i = position(above, at); at < until && left > 0; i++) {
    const end = Math.min(until, above[i]?.first ?? until, at + left);
    if (at < end) {
      runs.push({ first: at, last: end - 1 });
      left -= end - at;
    }
    at = (above[i]?.last ?? until) + 1;
  }
  return runs;
}

/** The holes below `until`, as runs: at most `most` ids in all, and not the oldest, which stores let go of first. */
export function newestHoles({ low, above = [] }: Mark, until: number, most: number): readonly Gap[] {
  const found: Gap[] = [];
  let left = most;
  // From the end, and no further than need be: a neighbor may name the same origin a thousand times a page.
  for (let i = position(above, until); i >= 0 && left > 0; i--) {
    const first = i === 0 ? low : above[i - 1]!.last + 1;
    const end = Math.min(above[i]?.first ?? until, until);
    if (first >= end) continue;
    found.push({ first: Math.max(first, end - left), last: end - 1 });
    left -= end - first;
  }
  return found.reverse();
}

/** Lets go of the runs that `low` has reached. */
function climb(mark: Mark): void {
  const above = mark.above!;
  let reached = 0;
  while (reached < above.length && above[reached]!.first <= mark.low) {
    mark.low = Math.max(mark.low, above[reached]!.last + 1);
    reached++;
  }
  if (reached === above.length) mark.above = undefined;
  else if (reached > 0) above.splice(0, reached);
}
