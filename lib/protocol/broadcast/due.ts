import type { LinkId } from '../events.ts';
import { Heap } from '../heap.ts';
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
  /** When something is to be done about it. Changed here only. */
  dueAt: number;
  /** Grafting it makes the link eager; false for what a comparison of marks brought up, which says nothing of the tree. */
  readonly eager: boolean;
  /** Its place in the heap. */
  ticket: number;
}

/**
 * All that is missing, by the time at which something is to be done about it, so that a turn looks at what is due and at
 * nothing else. Ids cost nothing to invent: to look through all of them in each turn was the dearest thing that a
 * neighbor could have us do. What is due at the same time stays in the order in which that was decided.
 */
export interface Due {
  readonly heap: Heap<Missing>;
  orders: number;
}

export const createDue = (): Due => ({ heap: new Heap(), orders: 0 });

export function putDue(due: Due, one: Missing, dueAt: number): void {
  one.dueAt = dueAt;
  due.heap.remove(one);
  due.heap.push(one, dueAt, due.orders++);
}
