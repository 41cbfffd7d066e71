import type { LinkId } from '../events.ts';
import type { MessageOf, PeerId } from '../messages.ts';
import { createMark, type Mark } from './mark.ts';

/**
 * All that is known of the peers that say something, by origin and epoch. An owned collection: changed in
 * place, only by the broadcast layer and only from the step, because a copy per message would cost more
 * than the message. Bounded: `maxOrigins`, each with `maxEpochs`.
 */
export interface Origins {
  readonly byId: Map<PeerId, Origin>;
}

/** One origin and the tree along which its messages come: eager is every neighbor that is not lazy. */
export interface Origin {
  readonly id: PeerId;
  /** Neighbors that are sent IHAVE instead of the payload. A handful: an array beats a Set. Replaced, never changed in place. */
  lazy: readonly LinkId[];
  /** Neighbors that were told not to send payloads: what they still send was on its way. */
  pruned: readonly LinkId[];
  /** Who brings the payloads. */
  parent: LinkId | undefined;
  /** Hops from the origin by way of the parent, as last seen or announced. */
  depth: number;
  /** When it last said something, for eviction. */
  heardAt: number;
  readonly epochs: Map<number, Epoch>;
}

/** One run of an origin's process. */
export interface Epoch {
  readonly origin: Origin;
  readonly epoch: number;
  readonly mark: Mark;
  /** Kept for repair, by sequence. */
  readonly kept: Map<number, MessageOf<'gossip'>>;
  /** Announced, not here yet; undefined while there is none, which is nearly always. */
  missing: Map<number, Missing> | undefined;
  /** Since when the lowest hole is open; 0 while there is none. */
  holeSince: number;
}

/** A message somebody has and we have not. */
export interface Missing {
  /** Those who have it and were not asked yet, first come first asked, with their hop counts. */
  announcers: { readonly link: LinkId; readonly hop: number }[];
  /** Who was asked last. */
  asked: LinkId | undefined;
  dueAt: number;
  /** Grafting it makes the link eager; false for what a comparison of marks brought up, which says nothing of the tree. */
  eager: boolean;
}

export const createOrigins = (): Origins => ({ byId: new Map() });

export interface OriginLimits {
  readonly maxOrigins: number;
  readonly maxEpochs: number;
  readonly storeAge: number;
}

/** One for all: of 10,000 origins most have no pruned link. */
const noLinks: readonly LinkId[] = [];

/** The record of an origin's epoch; made, with the lazy set of the shared tree, when it is first heard of. */
export function epochOf(
  origins: Origins,
  id: PeerId,
  epoch: number,
  sharedLazy: readonly LinkId[],
  limits: OriginLimits,
  now: number,
): Epoch {
  let origin = origins.byId.get(id);
  if (origin === undefined) {
    if (origins.byId.size >= limits.maxOrigins) evictIdle(origins, limits, now);
    origin = {
      id,
      lazy: sharedLazy,
      pruned: noLinks,
      parent: undefined,
      depth: Infinity,
      heardAt: now,
      epochs: new Map(),
    };
    origins.byId.set(id, origin);
  }
  let record = origin.epochs.get(epoch);
  if (record === undefined) {
    if (origin.epochs.size >= limits.maxEpochs) origin.epochs.delete(origin.epochs.keys().next().value!);
    record = { origin, epoch, mark: createMark(), kept: new Map(), missing: undefined, holeSince: 0 };
    origin.epochs.set(epoch, record);
  }
  return record;
}

/**
 * First those whose messages nobody can still be repairing: forgetting a live one may deliver its messages
 * twice. When all are live (somebody invents origins) the ones silent for longest go: memory stays bounded.
 */
function evictIdle(origins: Origins, { maxOrigins, storeAge }: OriginLimits, now: number): void {
  const all = [...origins.byId.values()].sort((a, b) => a.heardAt - b.heardAt);
  const idle = all.filter((origin) => now - origin.heardAt > storeAge);
  // A tenth at a time, so that the search is not made for every newcomer.
  const some = Math.max(1, Math.floor(maxOrigins / 10));
  for (const origin of (idle.length > 0 ? idle : all).slice(0, some)) origins.byId.delete(origin.id);
}
