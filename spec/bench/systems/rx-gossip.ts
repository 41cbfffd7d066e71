import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Member, OnMessage, Place, System } from './system.ts';

/** This package as its users have it: the built library, by its public API. */

export const rxGossip = rxGossipWith('rx-gossip', { activeView: 7 });
export const rxGossipDefault = rxGossipWith('rx-gossip-5', { activeView: 5 });
export const rxGossipSigned = rxGossipWith('rx-gossip-signed', { activeView: 7, sign: true });

interface Used {
  readonly activeView: number;
  readonly sign?: boolean;
}

function rxGossipWith(name: string, used: Used): System {
  const { activeView, sign = false } = used;
  return {
    name,
    label: `rx-gossip, view ${activeView}${sign ? ', signed' : ''}`,
    about: `dist/lib, activeView ${activeView}${activeView === 5 ? ' (the default)' : ''}${sign ? ', sign' : ''}, all else by default; one seed`,
    join: (place, onMessage) => join(place, onMessage, used),
  };
}

async function join({ count, known }: Place, onMessage: OnMessage, used: Used): Promise<Member> {
  // From the repository's root, where `npm run bench` is: this file runs as part of a bundle.
  const { href } = pathToFileURL(resolve('dist/lib/index.js'));
  const { createPeer } = (await import(href)) as typeof import('../../../lib/index.ts');
  const peer = createPeer({ ...used, connect: known.slice(0, 1) });
  let neighbors = 0;
  let lost = 0;
  peer.messages().subscribe(({ payload }) => onMessage(payload));
  peer.state$.subscribe((state) => (neighbors = state.neighbors.length));
  peer.gap$.subscribe(({ first, last }) => (lost += last - first + 1));
  await peer.start();
  return {
    address: peer.address,
    send: (payload) => (peer.send(payload) ? undefined : peer.drained()),
    // In a cluster too large for a full mesh a view need not be full: then messages that arrive tell.
    settled: () =>
      neighbors >= Math.min(count - 1, used.activeView) || (count - 1 > used.activeView && neighbors > 1),
    lost: () => lost,
  };
}
