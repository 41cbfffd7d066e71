import type { LinkId } from '../events.ts';
import type { Epoch } from './origins.ts';

/** A message somebody has and we have not. */
export interface Missing {
  readonly record: Epoch;
  readonly sequence: number;
  /** Who told of it first: its account in `owed.ts`. */
  readonly by: LinkId;
  /** Those who have it and were not asked yet, first come first asked, with their hop counts. */
  announcers: { readonly link: LinkId; readonly hop: number }[];
  /** Who was asked last, and when. */
  asked: LinkId | undefined;
  askedAt: number;
  /** Changed by `due.ts` only, as are the two below. */
  dueAt: number;
  /** Grafting it makes the link eager; false for what a comparison of marks brought up, which says nothing of the tree. */
  readonly eager: boolean;
  /** Of those due at the same time the one told of first is first. */
  serial: number;
  place: number;
}

/**
 * All that is missing, by the time at which something is to be done about it: a binary heap, so that a turn looks at
 * what is due and at nothing else. Ids cost nothing to invent: to look through all of them in each turn was the dearest
 * thing that a neighbor could have us do.
 */
export interface Due {
  readonly heap: Missing[];
  serials: number;
}

export const createDue = (): Due => ({ heap: [], serials: 0 });

export function addDue(due: Due, one: Missing): void {
  one.serial = due.serials++;
  due.heap.push(one);
  rise(due.heap, one, due.heap.length - 1);
}

export function removeDue({ heap }: Due, one: Missing): void {
  const last = heap.pop()!;
  if (last !== one) settle(heap, last, one.place);
}

/** Something is to be done about it at another time. */
export function moveDue({ heap }: Due, one: Missing, dueAt: number): void {
  one.dueAt = dueAt;
  settle(heap, one, one.place);
}

function settle(heap: Missing[], one: Missing, place: number): void {
  if (place > 0 && isBefore(one, heap[(place - 1) >>> 1]!)) rise(heap, one, place);
  else sink(heap, one, place);
}

function rise(heap: Missing[], one: Missing, from: number): void {
  let place = from;
  while (place > 0) {
    const above = (place - 1) >>> 1;
    if (!isBefore(one, heap[above]!)) break;
    put(heap, heap[above]!, place);
    place = above;
  }
  put(heap, one, place);
}

function sink(heap: Missing[], one: Missing, from: number): void {
  let place = from;
  for (let child = 2 * place + 1; child < heap.length; child = 2 * place + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(heap[child]!, one)) break;
    put(heap, heap[child]!, place);
    place = child;
  }
  put(heap, one, place);
}

function put(heap: Missing[], one: Missing, place: number): void {
  heap[place] = one;
  one.place = place;
}

const isBefore = (a: Missing, b: Missing): boolean =>
  a.dueAt === b.dueAt ? a.serial < b.serial : a.dueAt < b.dueAt;
