import type { LinkId } from '../events.ts';
import type { Broadcast } from './broadcast.ts';

/** How full each of the broadcast's buffers is. */
export interface BroadcastGauges {
  readonly storeMessages: number;
  readonly storeBytes: number;
  /** Origins remembered. */
  readonly origins: number;
  /** Runs of ids seen above a hole. */
  readonly seenAbove: number;
  /** Messages somebody has and we have not. */
  readonly missing: number;
  /** Runs of ids that wait to be announced. */
  readonly announcements: number;
}

export function gauges(b: Broadcast): BroadcastGauges {
  let seenAbove = 0;
  for (const { epochs } of b.origins.byId.values())
    for (const { mark } of epochs.values()) seenAbove += mark.above?.length ?? 0;
  let missing = b.due.size;
  for (const { awaited = [], mark } of b.awaited)
    missing += Math.max(0, ...awaited.map(({ last }) => last + 1 - mark.high));
  return {
    storeMessages: b.store.messages,
    storeBytes: b.store.bytes,
    origins: b.origins.byId.size,
    seenAbove,
    missing,
    announcements: b.unannounced.length,
  };
}

/** How a neighbor keeps up: the messages it is owed, and whether it is demoted. */
export function slowness(b: Broadcast, link: LinkId): { readonly owed: number; readonly demoted: boolean } {
  const slow = b.slow.get(link);
  let owed = 0;
  for (const runs of slow?.owed.values() ?? []) for (const { first, last } of runs) owed += last - first + 1;
  return { owed, demoted: slow?.demoted ?? false };
}
