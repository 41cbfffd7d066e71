import type { LinkId } from '../events.ts';
import type { PeerId } from '../messages.ts';
import type { Unannounced } from './announce.ts';
import type { Awaited } from './awaited.ts';
import { createMark, type Mark } from './mark.ts';
import { createKept, type Kept } from './kept.ts';

/**
 * All that is known of the peers that say something, by origin and epoch. An owned collection: changed in
 * place, only by the broadcast layer and only from the step, because a copy per message would cost more
 * than the message. Bounded: `maxOrigins`, each with `maxEpochs`.
 */
export interface Origins {
  readonly byId: Map<PeerId, Origin>;
  /** Those that only neighbors speak of, oldest first: they go first, and make no other one go. */
  readonly hearsay: Set<Origin>;
}

/** One origin and the tree along which its messages come: eager is every neighbor that is not lazy. */
export interface Origin {
  readonly id: PeerId;
  /** Neighbors that are sent IHAVE instead of the payload. A handful: an array beats a Set. Replaced, never changed in place. */
  lazy: readonly LinkId[];
  /** Neighbors that were told not to send payloads: what they still send was on its way. */
  pruned: readonly LinkId[];
  /** When one was last told so. */
  prunedAt: number;
  /** Neighbors that were pruned, are asked to send again and have not answered: what they send before was on its way. */
  recalled: readonly LinkId[];
  /** Who brings the payloads. */
  parent: LinkId | undefined;
  /** The parent before, while it still sends payloads: pruned as soon as a copy comes, and nothing is missing below what the new one began with. */
  former: LinkId | undefined;
  /** When it last brought something of that. */
  formerAt: number;
  /** The highest that it brought by itself since; -1 until it did. */
  formerHigh: number;
  /** When the parent last brought a payload, new or not. */
  fedAt: number;
  /** The first that it brought by itself, not in answer to a GRAFT; Infinity until then. */
  fedFrom: number;
  /** Hops from the origin by way of the parent, as last seen or announced. */
  depth: number;
  /** When it last said something, for eviction. */
  heardAt: number;
  /** When something new of it last came; -Infinity before the first. */
  newAt: number;
  /** It says much: when the newest message came, others were hardly over. */
  busy: boolean;
  readonly epochs: Map<number, Epoch>;
}

/** One run of an origin's process. */
export interface Epoch {
  readonly origin: Origin;
  readonly epoch: number;
  readonly mark: Mark;
  readonly kept: Kept;
  /** Announced, not here yet; undefined while there is none, which is nearly always. */
  missing: Map<number, Missing> | undefined;
  /** Announced, and on its way by the parent; undefined while there is none. */
  awaited: Awaited[] | undefined;
  /** The run that a next message would make longer; undefined after each IHAVE. */
  unannounced: Unannounced | undefined;
  /** Since when the lowest hole is open; 0 while there is none. */
  holeSince: number;
  /** Has a message of it come? Until then all that is known of it is what neighbors say. */
  heard: boolean;
  /** One more than the highest id that a neighbor's marks tell of: `claims.ts`. */
  claimed: number;
  /** Gaps below are reported. */
  told: number;
  /** When the low-water mark was taken from a neighbor's marks, if it was. */
  historyAt: number | undefined;
  /** What was known then ends here: holes below are as old. */
  holedBelow: number;
}

/** A message somebody has and we have not. */
export interface Missing {
  readonly record: Epoch;
  readonly sequence: number;
  /** Who told of it first: its account in `accounts.ts`. */
  readonly by: LinkId;
  /** Those who have it and were not asked yet, first come first asked, with their hop counts. */
  announcers: { readonly link: LinkId; readonly hop: number }[];
  /** Who was asked last, and since when it is waited for: until somebody is asked, since it was told of. */
  asked: LinkId | undefined;
  askedAt: number;
  /** Grafting it makes the link eager; false for what a comparison of marks brought up, which says nothing of the tree. */
  readonly eager: boolean;
  /** Its place among what is due. */
  ticket: number;
}

export const createOrigins = (): Origins => ({ byId: new Map(), hearsay: new Set() });

export interface OriginLimits {
  readonly maxOrigins: number;
  readonly maxEpochs: number;
  readonly storeAge: number;
}

/** One for all: of 10,000 origins most have no pruned link. */
const noLinks: readonly LinkId[] = [];

/** Who asks for a record, and what is to be done about one that goes. */
interface Asking {
  readonly now: number;
  /** Is it what we say ourselves? */
  readonly isOwn: boolean;
  /** A message of it has come; false for what neighbors say, which makes no room for itself but among its like. */
  readonly spoken: boolean;
  readonly forget: (record: Epoch) => void;
  /** There are `maxOrigins`: one is forgotten, or this one passed over. */
  readonly full: () => void;
}

/**
 * The record of an origin's epoch; made, with the lazy set of the shared tree, when it is first heard of.
 * Undefined when there is no room, which there always is for one that has spoken.
 */
export function epochOf(
  origins: Origins,
  id: PeerId,
  epoch: number,
  sharedLazy: readonly LinkId[],
  limits: OriginLimits,
  asking: Asking,
): Epoch | undefined {
  let origin = origins.byId.get(id);
  if (origin === undefined) {
    if (origins.byId.size >= limits.maxOrigins && !makeRoom(origins, limits, asking)) return undefined;
    origin = {
      id,
      lazy: sharedLazy,
      pruned: noLinks,
      parent: undefined,
      former: undefined,
      formerAt: -Infinity,
      formerHigh: -1,
      depth: Infinity,
      heardAt: asking.now,
      newAt: -Infinity,
      prunedAt: -Infinity,
      recalled: noLinks,
      fedAt: -Infinity,
      fedFrom: Infinity,
      busy: false,
      epochs: new Map(),
    };
    origins.byId.set(id, origin);
    origins.hearsay.add(origin);
  }
  const known = origin.epochs.get(epoch);
  if (known !== undefined) return known;
  if (origin.epochs.size >= limits.maxEpochs && !dropEpoch(origin, asking)) return undefined;
  const record = unheard(origin, epoch, asking.isOwn);
  origin.epochs.set(epoch, record);
  return record;
}

const unheard = (origin: Origin, epoch: number, isOwn: boolean): Epoch => ({
  origin,
  epoch,
  mark: createMark(),
  kept: createKept(isOwn),
  missing: undefined,
  awaited: undefined,
  unannounced: undefined,
  holeSince: 0,
  holedBelow: 0,
  heard: false,
  claimed: 0,
  told: 0,
  historyAt: undefined,
});

/** A message of it has come. */
export function hasSpoken(origins: Origins, record: Epoch): void {
  if (record.heard) return;
  record.heard = true;
  origins.hearsay.delete(record.origin);
}

/** The oldest that nobody heard: or a liar that invents epochs would make us forget what we saw of the true one. */
function dropEpoch({ epochs }: Origin, { spoken, forget }: Asking): boolean {
  const all = [...epochs.values()];
  const dropped = all.find(({ heard }) => !heard) ?? (spoken ? all[0] : undefined);
  if (dropped === undefined) return false;
  epochs.delete(dropped.epoch);
  forget(dropped);
  return true;
}

function makeRoom(origins: Origins, limits: OriginLimits, asking: Asking): boolean {
  const [oldest] = origins.hearsay;
  asking.full();
  const gone = oldest !== undefined ? [oldest] : asking.spoken ? idlest(origins, limits, asking.now) : [];
  for (const origin of gone) {
    origins.byId.delete(origin.id);
    origins.hearsay.delete(origin);
    for (const record of origin.epochs.values()) asking.forget(record);
  }
  return gone.length > 0;
}

/**
 * First those whose messages nobody can still be repairing: forgetting a live one may deliver its messages
 * twice. When all are live (somebody invents origins) the ones silent for longest go: memory stays bounded.
 */
function idlest(origins: Origins, { maxOrigins, storeAge }: OriginLimits, now: number): readonly Origin[] {
  const all = [...origins.byId.values()].sort((a, b) => a.heardAt - b.heardAt);
  const idle = all.filter((origin) => now - origin.heardAt > storeAge);
  // A tenth at a time, so that the search is not made for every newcomer.
  return (idle.length > 0 ? idle : all).slice(0, Math.max(1, Math.floor(maxOrigins / 10)));
}
