import type { PeerId, Run } from '../messages.ts';
import type { Epoch } from './origins.ts';

/** An inclusive run of sequence numbers. */
export interface Gap {
  readonly first: number;
  readonly last: number;
}

/** Runs in order, none touching the next: a few numbers in place of every id. Owned: changed in place. */
export type Runs = { first: number; last: number }[];

/** Where the first run is, from one on, that does not end below `sequence`: by halves, but nearly always the last or none is asked for. */
export function position(runs: readonly Gap[], sequence: number, from = 0): number {
  let low = from;
  let high = runs.length;
  let middle = high - 1;
  while (low < high) {
    if (runs[middle]!.last < sequence) low = middle + 1;
    else high = middle;
    middle = (low + high) >>> 1;
  }
  return low;
}

/** Would this make a run longer, or be in one, and not be a run of its own? */
export function touches(runs: readonly Gap[], { first, last }: Gap): boolean {
  const run = runs[position(runs, first - 1)];
  return run !== undefined && run.first <= last + 1;
}

/** Adds a run, which takes in those that it touches. */
export function insert(runs: Runs, first: number, last: number): void {
  const from = position(runs, first - 1);
  let until = from;
  while (until < runs.length && runs[until]!.first <= last + 1) until++;
  if (from === until) {
    runs.splice(from, 0, { first, last });
    return;
  }
  const run = runs[from]!;
  run.first = Math.min(run.first, first);
  run.last = Math.max(runs[until - 1]!.last, last);
  if (until > from + 1) runs.splice(from + 1, until - from - 1);
}

/** Sorted ids as runs: how lists of messages travel. */
export function runsOf(ids: readonly { readonly record: Epoch; readonly sequence: number }[]): Run[] {
  const runs: Run[] = [];
  for (const { record, sequence } of ids) addId(runs, record.origin.id, record.epoch, sequence);
  return runs;
}

export function addId(runs: Run[], origin: PeerId, epoch: number, sequence: number): void {
  const last = runs.at(-1);
  if (last?.origin === origin && last.epoch === epoch && last.last === sequence - 1) last.last = sequence;
  else runs.push({ origin, epoch, first: sequence, last: sequence });
}
