import type { MessageOf } from '../protocol/messages.ts';
import { bytesFromId } from './ids.ts';

/** What the bytes are for: a signature made for another purpose, or a later format, never fits here. */
const tag = Buffer.from('rx-gossip gossip v1');

/**
 * What the origin of a message signs: all of it but the hop count, which every relay changes, and the cluster, so
 * that a message of one cluster is none of another's. Each part has a fixed width or its length before it, so
 * two messages never give the same bytes. PROTOCOL.md has them byte by byte.
 */
export function signedBytes(cluster: string, message: MessageOf<'gossip'>): Uint8Array {
  const { origin, epoch, sequence, address, topic, payload } = message;
  return Buffer.concat([
    tag,
    bytesFromId(origin)!,
    uint64(epoch),
    uint64(sequence),
    ...withLength(Buffer.from(cluster)),
    ...withLength(Buffer.from(address)),
    ...withLength(Buffer.from(topic)),
    ...withLength(payload),
  ]);
}

const withLength = (bytes: Uint8Array): Uint8Array[] => [uint32(bytes.length), bytes];

function uint32(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
