import type { Neighbor } from '../protocol/overlay/overlay.ts';
import type { Settings } from '../options.ts';
import type { RunningPeer } from '../peer.ts';
import type { PeerState } from '../protocol/state.ts';
import type { Process } from './process.ts';

/** One peer of a run, seen from outside. `index` numbers all that were ever started. */
export interface Member {
  readonly index: number;
  readonly id: string;
  readonly address: string;
  readonly process: Process;
  readonly settings: Settings;
  readonly bornAt: number;
  /** Undefined once it is gone, so that nothing is kept of it. */
  peer: RunningPeer | undefined;
  /** After its latest turn; undefined once it is gone. */
  readonly state: PeerState | undefined;
  /** Neither left nor crashed. */
  alive: boolean;
}

/** The active view. */
export function neighborsOf({ state }: Member): readonly Neighbor[] {
  return state === undefined ? [] : [...state.overlay.neighbors.values()];
}

export const hasNeighbor = ({ state }: Member): boolean =>
  state !== undefined && state.overlay.neighbors.size > 0;
