import type { LinkId } from '../events.ts';
import type { Announcement } from '../messages.ts';
import { createOrigins, type Epoch, type Origins } from './origins.ts';
import { createProving, type Proving } from './proofs.ts';
import type { Owed } from './owed.ts';
import { createRegrafts, type Regrafts } from './regrafts.ts';
import { createStore, type Store } from './store.ts';

/**
 * How a message reaches everyone once. The whole record is owned by the broadcast layer and changed in
 * place: it is the hot path, and nobody else looks at it. Hence also the same reference is returned by
 * every step, and a state that was passed to a step is spent.
 */
export interface Broadcast {
  /** Sequence number of the next own message. */
  sequence: number;
  readonly origins: Origins;
  readonly store: Store;
  readonly regrafts: Regrafts;
  readonly owed: Owed;
  /** Payloads whose signature is being checked. */
  readonly proving: Proving;
  /** The lazy links of the shared tree: where an origin first heard of starts from. */
  sharedLazy: readonly LinkId[];
  /** IHAVEs that wait for their batch, by link. */
  readonly announcing: Map<LinkId, Announcement[]>;
  /** Epochs with something announced and not here, and epochs with a hole. */
  readonly missing: Set<Epoch>;
  readonly holed: Set<Epoch>;
  /** When the next missing message is due to be grafted. */
  graftAt: number;
  /** Has a neighbor's marks been taken as the history before our time? */
  baselined: boolean;
  /** Messages dropped that the operator was told of. */
  droppedTold: number;
}

export const createBroadcast = (): Broadcast => ({
  sequence: 0,
  origins: createOrigins(),
  store: createStore(),
  regrafts: createRegrafts(),
  owed: new Map(),
  proving: createProving(),
  sharedLazy: [],
  announcing: new Map(),
  missing: new Set(),
  holed: new Set(),
  graftAt: Infinity,
  baselined: false,
  droppedTold: 0,
});
