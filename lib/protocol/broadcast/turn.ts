import type { Env } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { Message, PeerId } from '../messages.ts';
import type { Out, PeerState } from '../state.ts';
import type { Broadcast } from './broadcast.ts';
import type { Epoch, Origin } from './origins.ts';

/** One turn of the broadcast layer: `b` is changed in place, `out` collects what is to be done. */
export interface Turn {
  readonly state: PeerState;
  readonly b: Broadcast;
  readonly env: Env;
  readonly out: Out[];
}

export function send(t: Turn, link: LinkId, message: Message): void {
  t.out.push({ type: 'send', links: [link], message });
}

/** Which run of which origin. */
export interface RecordName {
  readonly origin: PeerId;
  readonly epoch: number;
}

/** A record that exists already. */
export function knownRecord({ b }: Turn, { origin, epoch }: RecordName): Epoch | undefined {
  // Messages come in bursts of one origin, and an epoch is no small integer: to look it up costs as much as to see it.
  const { latest } = b;
  if (latest?.epoch === epoch && latest.origin.id === origin) return latest;
  const record = b.origins.byId.get(origin)?.epochs.get(epoch);
  if (record !== undefined) b.latest = record;
  return record;
}

/** Round trip of a link; before it was measured, a pessimistic guess for one machine room and a fair one for a continent. */
export const rttOf = (t: Turn, link: LinkId): number => t.state.links.get(link)?.pulse.rtt ?? 50;

/** When anything last came over a link. */
export const heardAtOf = (t: Turn, link: LinkId): number => t.state.links.get(link)?.pulse.heardAt ?? 0;

export const isNeighbor = (t: Turn, link: LinkId): boolean => t.state.overlay.neighbors.has(link);

/** Is the origin itself at the other end? Then there is no shorter way, and what it waits for is what we take. */
export const leadsTo = (t: Turn, { id }: Origin, link: LinkId): boolean =>
  t.state.links.get(link)?.peer?.id === id;
