import type { MessageOf } from '../protocol/messages.ts';
import { pieceOf, type Piece } from '../protocol/pieces.ts';
import { epochAt } from './gossip.ts';
import { limits } from './limits.ts';
import { binHeader, binToken, readBig, uintSize } from './tokens.ts';

/**
 * Consecutive messages of one origin come one after the other along a link, and differ in their sequence and payload
 * only. So of a frame like the one before it in the same chunk only these two are read, and no message is made of it.
 * Anything else about it is left to the general reader.
 */
export interface BurstReader {
  /** The frame that a burst may begin with was read as this message. */
  begin(bytes: Uint8Array, start: number, end: number, message: MessageOf<'gossip'>): void;
  /** True when the frame is the next of the burst. It must not be written over before `take`. */
  follows(bytes: Uint8Array, start: number, end: number): boolean;
  /** The burst's payloads, copied out of the read buffer, the first by itself; and then there is none. */
  take(): readonly Piece[];
}

/** Whoever keeps a payload keeps no more memory than this beside it. */
const pieceSize = 8 * 1024;

/** Numbers that a reader keeps room for: there is one for each link, and what came over it once must not cost memory for ever. */
const kept = 512;

const noView = new DataView(new ArrayBuffer(0));

export function createBurstReader(maxPayload: number): BurstReader {
  /** The first frame: later ones are compared with it. */
  let bytes: Uint8Array | undefined;
  let view: DataView = noView;
  let start = 0;
  /** How much comes before the sequence, and where what comes after it begins and ends: hop, address and topic. */
  let head = 0;
  let tailStart = 0;
  let tail = 0;
  let sequence = 0;
  let pieces: Piece[] = [];
  /** Where payloads begin and end that are not copied yet: the first `used`. */
  const ranges: number[] = [];
  let used = 0;

  const copy = (): void => {
    for (let first = 0, next = 0; first < used; first = next) {
      const from = ranges[first]!;
      while (next < used && (next === first || ranges[next + 1]! - from <= pieceSize)) next += 2;
      const edges = ranges.slice(first, next);
      for (let i = 0; i < edges.length; i++) edges[i]! -= from;
      pieces.push({ bytes: new Uint8Array(bytes!.subarray(from, ranges[next - 1])), edges });
    }
    used = 0;
    if (ranges.length > kept) ranges.length = 0;
  };

  return {
    begin(of, from, to, message) {
      pieces = [pieceOf(message.payload)];
      bytes = undefined;
      // In the shape that `gossip.ts` reads, which is the only one that rx-gossip writes?
      const isUsual = of[from] === 0x99 && of[from + 2] === 0xc4 && of[from + 3] === limits.id;
      if (!isUsual || message.proof.length > 0) return;
      head = epochAt + uintSize(of[from + epochAt]!);
      tailStart = from + head + uintSize(of[from + head]!);
      tail = to - message.payload.length - 2 - binHeader(message.payload.length) - tailStart;
      if (of[tailStart + tail] !== binToken(message.payload.length)) return;
      [bytes, start, sequence] = [of, from, message.sequence];
      view = new DataView(of.buffer, of.byteOffset, of.length);
    },
    follows(of, from, to) {
      if (of !== bytes || from + head >= to) return false;
      if (!areSame(view, from, start, head)) return false;
      let at = from + head;
      const size = uintSize(of[at]!);
      if (readUint(of, at, size) !== sequence + 1) return false;
      at += size;
      if (at + tail >= to || !areSame(view, at, tailStart, tail)) return false;
      at += tail;
      const token = of[at]!;
      if (token < 0xc4 || token > 0xc6) return false;
      const lengthSize = 1 << (token - 0xc4);
      const length = readBig(of, at + 1, lengthSize);
      at += 1 + lengthSize;
      const after = at + length;
      if (length > maxPayload || after + 2 !== to || of[after] !== 0xc4 || of[after + 1] !== 0) return false;
      sequence += 1;
      ranges[used++] = at;
      ranges[used++] = after;
      return true;
    },
    take() {
      if (used > 0) copy();
      const taken = pieces;
      pieces = [];
      [bytes, view] = [undefined, noView];
      return taken;
    },
  };
}

/** Sequences beyond 2^32 are left to the general reader. */
function readUint(bytes: Uint8Array, at: number, size: number): number {
  const token = bytes[at]!;
  if (token < 0x80) return token;
  return size === 1 || size > 5 ? NaN : readBig(bytes, at + 1, size - 1);
}

/** Four bytes at a time: one by one, they were 50 of the 200 ns that a frame of 256 B takes. */
function areSame(view: DataView, one: number, other: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) if (view.getInt32(one + i) !== view.getInt32(other + i)) return false;
  for (; i < length; i++) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false;
  return true;
}
