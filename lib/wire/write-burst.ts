import type { Burst } from '../protocol/messages.ts';
import { countOf, eachPayload, type Piece } from '../protocol/pieces.ts';
import { prefix, writePrefix } from './frame.ts';
import { markBurst } from './gossip.ts';
import { limits } from './limits.ts';
import { binSize, listHeader, writeBin, writeListHeader } from './tokens.ts';
import { headSize, noProofSize, type Shape, shapeFor, writeHead, writeNoProof } from './write-gossip.ts';

/**
 * What goes together is written together: the fields of an origin's messages once for as many payloads as a BURST has, where a
 * GOSSIP would have them, some 60 bytes, with each.
 */

/**
 * Bytes of payloads in a frame. A receiver gathers a frame before it looks into it, and copies it as one piece: no more would
 * come of larger ones, and a relay would pass them on later.
 */
const frameBytes = 8 * 1024;

interface Part {
  readonly count: number;
  /** Of its frame, without the prefix. */
  readonly size: number;
}

/** The burst as frames in one piece of memory; undefined when the general writer is to do it. */
export function writeBurst(
  { first, pieces }: Burst,
  maxPayload: number,
  memory: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const { sequence, hop } = first;
  const shape = shapeFor(first, sequence + countOf(pieces) - 1);
  if (shape === undefined) return undefined;
  const parts = partsOf(shape, sequence, pieces, maxPayload);
  if (parts === undefined) return undefined;
  const frames = memory(parts.reduce((sum, { size }) => sum + prefix + size, 0));
  let [at, part, left] = [0, 0, 0];
  eachPayload(pieces, (payload, nr) => {
    const { count, size } = parts[part]!;
    if (left === 0) {
      left = count;
      const start = at + prefix;
      writePrefix(frames, size, at);
      at = writeHead(shape, sequence + nr, hop, frames, start);
      if (count > 1) {
        markBurst(frames, start);
        at = writeListHeader(count, frames, at);
      }
    }
    at = writeBin(payload, frames, at);
    if (--left > 0) return;
    if (count === 1) at = writeNoProof(frames, at);
    part += 1;
  });
  return frames;
}

/** Which payloads go into a frame together; undefined when one is larger than it may be. */
function partsOf(
  shape: Shape,
  sequence: number,
  pieces: readonly Piece[],
  maxPayload: number,
): readonly Part[] | undefined {
  const most = Math.min(frameBytes, maxPayload);
  const parts: Part[] = [];
  let next = sequence;
  let [count, bytes] = [0, 0];
  const end = () => {
    const around = count === 1 ? noProofSize : listHeader(count);
    parts.push({ count, size: headSize(shape, next) + bytes + around });
    next += count;
    count = bytes = 0;
  };
  for (const { edges } of pieces)
    for (let i = 0; i < edges.length; i += 2) {
      const length = edges[i + 1]! - edges[i]!;
      if (length > maxPayload) return undefined;
      const size = binSize(length);
      if (count === limits.payloads || (count > 0 && bytes + size > most)) end();
      count += 1;
      bytes += size;
    }
  end();
  return parts;
}
