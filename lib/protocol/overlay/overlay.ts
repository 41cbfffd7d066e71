import type { LinkId } from '../events.ts';
import type { Address, PeerId } from '../messages.ts';
import type { Dials } from './dials.ts';
import type { Seeds } from './seeds.ts';
import type { Left, Purse } from './targets.ts';

/** A member of the active view. */
export interface Neighbor {
  readonly link: LinkId;
  readonly id: PeerId;
  /** Where others dial it; `''` when nobody can. */
  readonly address: Address;
  /** The address we dialled, if we did: a seed may be reached under another than it advertises. */
  readonly dialled: Address;
  /** What people are shown: the address, or where it is seen from. */
  readonly shown: Address;
}

/** A NEIGHBOR or JOIN that waits for its answer. `firm`: when it is accepted we make room for it. */
export interface Asked {
  readonly at: number;
  readonly firm: boolean;
  /** We have sent it away since: its answer, given before it knew, counts for nothing. */
  readonly withdrawn?: true;
}

/** Who my neighbors are and whom else I know: HyParView's two views and what is under way. Immutable. */
export interface Overlay {
  /** The active view, by link, in the order they came. The relation is mutual: if I list you, you list me. */
  readonly neighbors: ReadonlyMap<LinkId, Neighbor>;
  /** Its keys as an array, because every message is sent to them. */
  readonly links: readonly LinkId[];
  /** The passive view: when somebody last spoke with the peer at this address (ms). */
  readonly passive: ReadonlyMap<Address, number>;
  readonly asked: ReadonlyMap<LinkId, Asked>;
  /** Links that are up and in nobody's view, and since when. */
  readonly idle: ReadonlyMap<LinkId, number>;
  readonly dials: Dials;
  readonly seeds: Seeds;
  /** Neighbors that went without a goodbye, and when: after a split heals, they are the way across. */
  readonly lost: ReadonlyMap<Address, number>;
  /** Addresses that turned out to be this peer's own (a seed name that stands for us too). */
  readonly own: ReadonlySet<Address>;
  /** Candidates that declined. Nobody is asked before `refillAt`, which is later each time that it is `fruitless`; then they are again. */
  readonly declined: ReadonlySet<Address>;
  readonly fruitless: number;
  readonly refillAt: number;
  /** Shuffles since one of the views last changed. */
  readonly calmShuffles: number;
  /** When `rejoin` is due; an earlier alarm does nothing. */
  readonly probeAt: number;
  /** When a seed's probe was last given a place. */
  readonly probedAt: number;
  /** Dials that others may still cause; a purse that was never used is full. */
  readonly purses: Partial<Record<Purse, Left>>;
}

export const noOverlay: Overlay = {
  neighbors: new Map(),
  links: [],
  passive: new Map(),
  asked: new Map(),
  idle: new Map(),
  dials: new Map(),
  seeds: new Map(),
  lost: new Map(),
  own: new Set(),
  declined: new Set(),
  fruitless: 0,
  refillAt: -Infinity,
  calmShuffles: 0,
  probeAt: -Infinity,
  probedAt: -Infinity,
  purses: {},
};
