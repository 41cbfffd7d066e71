import { gauges, slowness } from '../protocol/broadcast/gauges.ts';
import { createBroadcast } from '../protocol/broadcast/broadcast.ts';
import type { PeerState } from '../protocol/state.ts';
import type { LinkTable } from '../transport/link-table.ts';
import type { PeerStats } from './types.ts';

/** A peer's gauges; before its start there is no state, and all are 0. */
export function stats(
  state: PeerState | undefined,
  links: Pick<LinkTable, 'size' | 'waiting'>,
  queuedBytes: number,
): PeerStats {
  const broadcast = state?.broadcast ?? createBroadcast();
  const neighbors = [...(state?.overlay.neighbors.values() ?? [])];
  return {
    links: links.size(),
    neighbors: neighbors.map(({ link, id, shown }) => ({
      ...{ id, address: shown, outboxBytes: links.waiting(link) },
      ...slowness(broadcast, link),
    })),
    ...gauges(broadcast),
    queuedBytes,
  };
}
