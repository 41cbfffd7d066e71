/**
 * What has been seen of one origin's epoch: a low-water mark and the ids above it, a few numbers instead of
 * a set of every id there ever was. Owned: changed in place, by this file only.
 */
export interface Mark {
  /** Everything below is seen or given up. */
  low: number;
  /** One more than the highest id seen, or known to exist from a neighbor's marks. */
  high: number;
  /** Seen ids that are not below `low`; undefined while there is no hole, which is nearly always. */
  above: Set<number> | undefined;
}

/** An inclusive run of sequence numbers. */
export interface Gap {
  readonly first: number;
  readonly last: number;
}

export const createMark = (): Mark => ({ low: 0, high: 0, above: undefined });

export const isSeen = (mark: Mark, sequence: number): boolean =>
  sequence < mark.low || mark.above?.has(sequence) === true;

/** Marks as seen. True the first time. */
export function see(mark: Mark, sequence: number): boolean {
  if (isSeen(mark, sequence)) return false;
  if (sequence >= mark.high) mark.high = sequence + 1;
  if (sequence === mark.low) {
    mark.low += 1;
    if (mark.above !== undefined) climb(mark);
    return true;
  }
  mark.above ??= new Set();
  mark.above.add(sequence);
  return true;
}

export const hasHole = (mark: Mark): boolean => mark.low < mark.high;

/** Gives the lowest hole up: the mark passes it. Late copies are duplicates from then on. */
export function passHole(mark: Mark): Gap {
  const first = mark.low;
  mark.low = lowestAbove(mark);
  const last = mark.low - 1;
  if (mark.above !== undefined) climb(mark);
  return { first, last };
}

/** History: everything below `high` counts as seen, and is no gap. */
export function forgetBelow(mark: Mark, high: number): void {
  mark.high = Math.max(mark.high, high);
  mark.low = Math.max(mark.low, high);
  if (mark.above === undefined) return;
  for (const sequence of mark.above) if (sequence < mark.low) mark.above.delete(sequence);
  climb(mark);
}

/** The holes below `until`, as runs; at most `most` ids in all. */
export function holes(mark: Mark, until: number, most: number): Gap[] {
  const runs: Gap[] = [];
  let left = most;
  for (let sequence = mark.low; sequence < until && left > 0; sequence++) {
    if (mark.above?.has(sequence) === true) continue;
    const first = sequence;
    while (sequence + 1 < until && sequence + 1 - first < left && mark.above?.has(sequence + 1) !== true)
      sequence++;
    runs.push({ first, last: sequence });
    left -= sequence - first + 1;
  }
  return runs;
}

function lowestAbove(mark: Mark): number {
  let lowest = mark.high;
  for (const sequence of mark.above ?? []) if (sequence < lowest) lowest = sequence;
  return lowest;
}

function climb(mark: Mark): void {
  const above = mark.above!;
  while (above.delete(mark.low)) mark.low += 1;
  if (above.size === 0) mark.above = undefined;
}
