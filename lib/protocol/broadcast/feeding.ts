import type { LinkId } from '../events.ts';
import { isAtWork, isRecent, isWithinAnswer } from './lag.ts';
import type { Origin } from './origins.ts';
import { leadsTo, type Turn } from './turn.ts';

/** Does who is to bring an origin's payloads bring them? Then what has not come is on its way, because links keep the order. */

/** Does the parent: of an origin that we have a link to while anything comes over that, of another while its payloads do? */
export const isFlowing = (t: Turn, origin: Origin): boolean =>
  isRecent(t, origin.heardAt) || isFedByItself(t, origin);

/** Is the parent the origin itself, and does it go on? A peer may have any name, and say other things: so not for longer than one who is asked. */
export function isFedByItself(t: Turn, origin: Origin): boolean {
  const { parent, fedAt } = origin;
  return parent !== undefined && leadsTo(t, origin, parent) && isAtWork(t, parent, fedAt);
}

/**
 * Does the former parent go on with what lies below that of the new one? Under load that is thousands. A third would be taken
 * for the parent for the next ones, and what only the first has still to bring be lost.
 */
export const isChanging = (t: Turn, { former, formerAt }: Origin): boolean =>
  former !== undefined && isAtWork(t, former, formerAt);

/** May the former parent still go on? It may be silent for a moment because it has too much to do: others are asked meanwhile, but it is not told to stop. */
export const mayGoOn = (t: Turn, { formerAt }: Origin): boolean => isWithinAnswer(t, formerAt);

/** The former parent, while it goes on: it is told of messages like a lazy link, because it has them by its own way. */
export const giverOf = (t: Turn, origin: Origin): LinkId | undefined =>
  isChanging(t, origin) ? origin.former : undefined;
