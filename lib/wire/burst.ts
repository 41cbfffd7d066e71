import type { MessageOf } from '../protocol/messages.ts';
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
  /** The burst's payloads, copied out of the read buffer, and then there is none. */
  take(): readonly Uint8Array[];
}

/** Whoever keeps a payload keeps no more memory than this beside it. */
const pieceSize = 8 * 1024;

export function createBurstReader(maxPayload: number): BurstReader {
  /** The first frame: later ones are compared with it. */
  let bytes: Uint8Array | undefined;
  let start = 0;
  /** How much comes before the sequence, and where what comes after it begins and ends: hop, address and topic. */
  let head = 0;
  let tailStart = 0;
  let tail = 0;
  let sequence = 0;
  let kept: Uint8Array[] = [];
  /** Where payloads begin and end that are not copied yet. */
  let ranges: number[] = [];

  const copy = (): void => {
    for (let first = 0, next = 0; first < ranges.length; first = next) {
      const from = ranges[first]!;
      while (next < ranges.length && (next === first || ranges[next + 1]! - from <= pieceSize)) next += 2;
      const piece = new Uint8Array(bytes!.subarray(from, ranges[next - 1])).buffer;
      for (let i = first; i < next; i += 2)
        kept.push(new Uint8Array(piece, ranges[i]! - from, ranges[i + 1]! - ranges[i]!));
    }
    ranges = [];
  };

  return {
    begin(of, from, to, message) {
      kept = [message.payload];
      bytes = undefined;
      // In the shape that `gossip.ts` reads, which is the only one that rx-gossip writes?
      const isUsual = of[from] === 0x99 && of[from + 2] === 0xc4 && of[from + 3] === limits.id;
      if (!isUsual || message.proof.length > 0) return;
      head = epochAt + uintSize(of[from + epochAt]!);
      tailStart = from + head + uintSize(of[from + head]!);
      tail = to - message.payload.length - 2 - binHeader(message.payload.length) - tailStart;
      if (of[tailStart + tail] !== binToken(message.payload.length)) return;
      [bytes, start, sequence] = [of, from, message.sequence];
    },
    follows(of, from, to) {
      if (of !== bytes) return false;
      for (let i = 0; i < head; i++) if (of[from + i] !== bytes[start + i]) return false;
      let at = from + head;
      const size = uintSize(of[at]!);
      if (readUint(of, at, size) !== sequence + 1) return false;
      at += size;
      for (let i = 0; i < tail; i++) if (of[at + i] !== bytes[tailStart + i]) return false;
      at += tail;
      const token = of[at]!;
      if (token < 0xc4 || token > 0xc6) return false;
      const lengthSize = 1 << (token - 0xc4);
      const length = readBig(of, at + 1, lengthSize);
      at += 1 + lengthSize;
      const after = at + length;
      if (length > maxPayload || after + 2 !== to || of[after] !== 0xc4 || of[after + 1] !== 0) return false;
      sequence += 1;
      ranges.push(at, after);
      return true;
    },
    take() {
      if (ranges.length > 0) copy();
      const payloads = kept;
      kept = [];
      bytes = undefined;
      return payloads;
    },
  };
}

/** Sequences beyond 2^32 are left to the general reader. */
function readUint(bytes: Uint8Array, at: number, size: number): number {
  const token = bytes[at]!;
  if (token < 0x80) return token;
  return size === 1 || size > 5 ? NaN : readBig(bytes, at + 1, size - 1);
}
