import type { Audience } from '../protocol/effects.ts';
import type { MessageOf } from '../protocol/messages.ts';
import type { Overlay } from '../protocol/overlay/overlay.ts';
import type { PeerSet, ReceivedMessage, SentMessage } from './types.ts';

/** What the application sees of the protocol's messages and state. */

const decoder = new TextDecoder();

/**
 * The message of a burst with this number and payload. A class: a function of its own for each message, as `sent` has, was a fifth of the
 * memory that a message takes.
 */
export class Received implements ReceivedMessage {
  readonly from: string;
  readonly payload: Uint8Array;
  readonly topic: string;
  readonly id: ReceivedMessage['id'];
  readonly via: string;
  readonly hops: number;

  constructor(message: MessageOf<'gossip'>, via: string, nr: number, payload: Uint8Array) {
    const { origin, epoch, sequence, hop, address, topic } = message;
    this.from = address || origin;
    this.payload = payload;
    this.topic = topic;
    this.id = { origin, epoch, sequence: sequence + nr };
    this.via = via;
    this.hops = hop;
  }

  text(): string {
    return decoder.decode(this.payload);
  }
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
