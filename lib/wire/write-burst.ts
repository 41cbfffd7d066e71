import type { Burst } from '../protocol/messages.ts';
import { between, countOf, type Piece } from '../protocol/pieces.ts';
import { prefix, writePrefix } from './frame.ts';
import { markBurst } from './gossip.ts';
import { limits } from './limits.ts';
import {
  binHeader,
  binSize,
  binToken,
  listHeader,
  readBig,
  writeBinHeader,
  writeListHeader,
} from './tokens.ts';
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
  { first: message, pieces }: Burst,
  maxPayload: number,
  memory: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const { sequence, hop } = message;
  const shape = shapeFor(message, sequence + countOf(pieces) - 1);
  if (shape === undefined) return undefined;
  const parts = partsOf(shape, sequence, pieces, maxPayload);
  if (parts === undefined) return undefined;
  const frames = memory(parts.reduce((sum, { size }) => sum + prefix + size, 0));
  let [at, part, left, first] = [0, 0, 0, sequence];
  for (const piece of pieces)
    for (let i = 0; i < piece.edges.length;) {
      const { count, size } = parts[part]!;
      if (left === 0) {
        writePrefix(frames, size, at);
        at = writeBeginning(shape, first, hop, count, frames, at + prefix);
        first += count;
        left = count;
      }
      const next = writtenUpTo(piece, i, i + 2 * left);
      at = writeBins(piece, i, next, frames, at);
      left -= (next - i) / 2;
      i = next;
      if (left > 0) continue;
      if (count === 1) at = writeNoProof(frames, at);
      part += 1;
    }
  return frames;
}

/** What comes before the payloads of a frame. */
function writeBeginning(
  shape: Shape,
  sequence: number,
  hop: number,
  count: number,
  to: Uint8Array,
  start: number,
): number {
  const at = writeHead(shape, sequence, hop, to, start);
  if (count === 1) return at;
  markBurst(to, start);
  return writeListHeader(count, to, at);
}

/**
 * Up to where payloads, from this one on, lie in their piece as they are to be written: as `packed` laid them, or a BURST that
 * they came in. One copy does for all of them.
 */
function writtenUpTo({ bytes, edges }: Piece, from: number, to: number): number {
  let next = from + 2;
  for (const end = Math.min(to, edges.length); next < end; next += 2) {
    const [before, start] = [edges[next - 1]!, edges[next]!];
    const length = edges[next + 1]! - start;
    const header = binHeader(length);
    if (start - before !== header || bytes[before] !== binToken(length)) break;
    if (readBig(bytes, before + 1, header - 1) !== length) break;
  }
  return next;
}

/** Writes those. */
function writeBins(piece: Piece, from: number, next: number, to: Uint8Array, start: number): number {
  const { edges } = piece;
  const [first, end, last] = [edges[from]!, edges[from + 1]!, edges[next - 1]!];
  const at = writeBinHeader(end - first, to, start);
  to.set(between(piece, first, last), at);
  return at + last - first;
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
