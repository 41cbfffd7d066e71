import type { LinkId } from '../events.ts';
import type { MessageOf } from '../messages.ts';
import { refill } from './neighbor.ts';
import { isFull, send, type Turn } from './turn.ts';
import { isTarget } from './targets.ts';
import { contacts, reserve } from './views.ts';

/**
 * The seed's discovery: on a new link a peer asks DISCOVER, and the other answers with peers that it knows.
 * The answers fill the passive view. Who has reserves does not ask, unless it is short of neighbors because some
 * failed: then its reserves have failed as well, and each costs a dial to find that out.
 */
export function discover(t: Turn, link: LinkId): void {
  const { passiveView } = t.state.settings;
  const doubtful = !isFull(t) && t.overlay.lost.size > 0;
  if (doubtful || t.overlay.passive.size < passiveView / 2) send(t, link, { type: 'discover' });
}

export function onDiscover(t: Turn, link: LinkId): void {
  const { discoverLimit } = t.state.settings;
  const asker = t.state.links.get(link)?.peer?.address ?? '';
  const known = contacts(t, discoverLimit, discoverLimit, asker).slice(0, discoverLimit);
  send(t, link, { type: 'peers', addresses: known.map(({ address }) => address) });
}

export function onPeers(t: Turn, from: LinkId, { addresses }: MessageOf<'peers'>): void {
  for (const address of addresses.slice(0, t.state.settings.discoverLimit))
    if (isTarget(t, from, address)) reserve(t, address, 0);
  refill(t);
}
