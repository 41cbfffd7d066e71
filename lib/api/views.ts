import type { Notice } from '../doers.ts';
import type { Overlay } from '../protocol/overlay/overlay.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { PeerSet, ReceivedMessage, SentMessage } from './types.ts';

/** What the application sees of the protocol's messages and state. */

const decoder = new TextDecoder();

function shared(message: MessageOf<'gossip'>) {
  const { origin, epoch, sequence, topic, payload } = message;
  return { payload, topic, id: { origin, epoch, sequence }, text: () => decoder.decode(payload) };
}

export function received({ message, via }: Notice & { type: 'deliver' }): ReceivedMessage {
  return { ...shared(message), from: message.address || message.origin, via, hops: message.hop };
}

export function sent({ message, neighbors, lazy }: Notice & { type: 'published' }): SentMessage {
  return { ...shared(message), neighbors, lazy };
}

export function peerSet(
  self: { readonly id: string; readonly address: string },
  overlay: Overlay | undefined,
): PeerSet {
  const neighbors = [...(overlay?.neighbors.values() ?? [])];
  return {
    id: self.id,
    address: self.address,
    neighbors: neighbors.map(({ id, shown }) => ({ id, address: shown })),
    known: [...(overlay?.passive.keys() ?? [])],
  };
}
