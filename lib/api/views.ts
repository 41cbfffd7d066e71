import type { Audience } from '../protocol/effects.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { Overlay } from '../protocol/overlay/overlay.ts';
import type { PeerSet, ReceivedMessage, SentMessage } from './types.ts';

/** What the application sees of the protocol's messages and state. */

const decoder = new TextDecoder();

// Object literals without a spread: spreading one into another costs as much as all that is done for a message.

/** The message, or the one of its burst with this number and payload. */
export function received(
  { origin, epoch, sequence, hop, address, topic, payload: its }: MessageOf<'gossip'>,
  via: string,
  nr = 0,
  payload = its,
): ReceivedMessage {
  return {
    from: address || origin,
    payload,
    topic,
    id: { origin, epoch, sequence: sequence + nr },
    via,
    hops: hop,
    text: () => decoder.decode(payload),
  };
}

export function sent(
  { origin, epoch, sequence, topic, payload }: MessageOf<'gossip'>,
  { neighbors, lazy }: Audience,
): SentMessage {
  const id = { origin, epoch, sequence };
  return { payload, topic, id, neighbors, lazy, text: () => decoder.decode(payload) };
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
