import type { LinkId } from '../events.ts';
import { Heap } from '../heap.ts';
import type { Unannounced } from './announce.ts';
import type { Asked } from './asked.ts';
import type { KnownAudience } from './audience.ts';
import { createFlow, type Flow } from './flow.ts';
import { createLag, type Lag } from './lag.ts';
import { createOrigins, type Epoch, type Missing, type Origins } from './origins.ts';
import { createProving, type Proving } from './proofs.ts';
import type { Accounts } from './accounts.ts';
import { isReserved, type Slow } from './slow.ts';
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
  /** The record that was looked for last. */
  latest: Epoch | undefined;
  /** Of the last own message. */
  audience: KnownAudience | undefined;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly asked: Asked;
  /** Payloads whose signature is being checked. */
  readonly proving: Proving;
  /** The lazy links of the shared tree: where an origin first heard of starts from. */
  sharedLazy: readonly LinkId[];
  /** What the next IHAVEs say. */
  readonly unannounced: Unannounced[];
  /** Have they been put off for a message that had just come? */
  yielded: boolean;
  /**
   * What is announced and not here, by the time at which something is to be done about it. Ids cost nothing to invent: to
   * look through all of them in each turn was the dearest thing that a neighbor could have us do.
   */
  readonly due: Heap<Missing>;
  /** Epochs with something announced that is on its way, and epochs with a hole. */
  readonly awaited: Set<Epoch>;
  readonly holed: Set<Epoch>;
  /** When the next missing message is due to be grafted. */
  graftAt: number;
  /** Was the alarm late, and put off for that? */
  lookedLate: boolean;
  readonly lag: Lag;
  /** Neighbors that do not keep up. */
  readonly slow: Map<LinkId, Slow>;
  readonly flow: Flow;
  /** Has a neighbor's marks been taken as the history before our time? */
  baselined: boolean;
  /** Who was told our marks in answer, and when, the oldest first: those of a while ago are forgotten. */
  readonly answered: Map<LinkId, number>;
  /** Messages dropped that the operator was told of. */
  droppedTold: number;
}

export function createBroadcast(): Broadcast {
  const slow: Broadcast['slow'] = new Map();
  return {
    sequence: 0,
    origins: createOrigins(),
    latest: undefined,
    audience: undefined,
    store: createStore((burst) => isReserved(slow, burst)),
    accounts: new Map(),
    asked: new Map(),
    proving: createProving(),
    sharedLazy: [],
    unannounced: [],
    yielded: false,
    due: new Heap(),
    awaited: new Set(),
    holed: new Set(),
    graftAt: Infinity,
    lookedLate: false,
    lag: createLag(),
    slow,
    flow: createFlow(),
    baselined: false,
    answered: new Map(),
    droppedTold: 0,
  };
}
