import type { MessageOf } from '../protocol/messages.ts';
import { firstOf, type Piece } from '../protocol/pieces.ts';
import { epochAt, headEnd, isBurst, isGossip, readHead } from './gossip.ts';
import { keep } from './keep.ts';
import { limits } from './limits.ts';
import { readBig, readListHeader, readUint, uintSize } from './tokens.ts';

/**
 * Consecutive messages of one origin come one after the other along a link, in BURSTs and GOSSIPs that differ in their
 * sequence and payloads only. So of a frame like the one before it in the same chunk only these two are read, and no
 * message is made of it. Anything else about it is left to the general reader.
 */
export interface BurstReader {
  /**
   * The first message of this frame, with its payload, when it is a GOSSIP without proof or a BURST, and easy to read.
   * What more is in it begins a burst, which is to be taken before the next begins.
   */
  begin(bytes: Uint8Array, start: number, end: number): MessageOf<'gossip'> | undefined;
  /** True when the frame goes on with the burst. It must not be written over before `take`. */
  follows(bytes: Uint8Array, start: number, end: number): boolean;
  /** The burst's payloads, copied out of the read buffer; and then there is none. */
  take(): readonly Piece[];
}

/** Whoever keeps a payload keeps no more memory than this beside it. Of half the size twice as many have to be had and given back: 5 % of a receiver at full speed. */
const pieceSize = 16 * 1024;

/**
 * Where payloads begin and end that are not copied yet. One list for all readers: what is in it has been taken before another one
 * reads. One for each link would cost each as much as the longest burst that it ever brought; and a list that is made
 * anew for a burst is what most of a collection at full speed finds alive.
 */
const ranges: number[] = [];

/** So many of them are kept, which is more than an honest chunk has. */
const kept = 4096;

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
  /** That of the next message. */
  let next = 0;
  /** None between two bursts, as an outbox in `tcp-link.ts`. */
  let pieces: Piece[] | undefined;
  /** How many of `ranges` are its own. */
  let used = 0;

  const copy = (): void => {
    for (let first = 0, last = 0; first < used; first = last) {
      const from = ranges[first]!;
      while (last < used && (last === first || ranges[last + 1]! - from <= pieceSize)) last += 2;
      const edges = ranges.slice(first, last);
      for (let i = 0; i < edges.length; i++) edges[i]! -= from;
      (pieces ??= []).push({ bytes: keep(bytes!.subarray(from, ranges[last - 1])), edges });
    }
    used = 0;
    if (ranges.length > kept) ranges.length = 0;
  };

  /** Notes where the payloads are that a frame has from here to its end; false when it has something else. */
  const note = (of: Uint8Array, from: number, at: number, end: number): boolean => {
    const before = used;
    const isOne = isGossip(of, from);
    const [count, first] = isOne ? [1, at] : readListHeader(of, at);
    const last = notePayloads(of, first, count);
    if (isOne ? last + 2 === end && of[last] === 0xc4 && of[last + 1] === 0 : last === end) {
      next += count;
      return true;
    }
    used = before;
    return false;
  };

  /** Returns where the last of them ends; NaN when they are not so many, or too much. */
  const notePayloads = (of: Uint8Array, from: number, count: number): number => {
    if (!(count > 0 && count <= limits.payloads)) return NaN;
    let at = from;
    let room = maxPayload;
    for (let i = 0; i < count; i++) {
      const token = of[at]!;
      if (!(token >= 0xc4 && token <= 0xc6)) return NaN;
      const size = 1 << (token - 0xc4);
      const length = size === 1 ? of[at + 1]! : readBig(of, at + 1, size);
      at += 1 + size;
      room -= length;
      if (!(room >= 0)) return NaN;
      ranges[used++] = at;
      at += length;
      ranges[used++] = at;
    }
    return at;
  };

  return {
    begin(of, from, to) {
      const message = readHead(of, from, to);
      if (message === undefined) return undefined;
      const payloadsAt = headEnd();
      next = message.sequence;
      if (!note(of, from, payloadsAt, to)) return undefined;
      [bytes, start] = [of, from];
      // Now: the framer hands out a frame that came in parts where it will put the next one together.
      copy();
      message.payload = firstOf(pieces![0]!);
      head = epochAt + uintSize(of[from + epochAt]!);
      tailStart = from + head + uintSize(of[from + head]!);
      tail = payloadsAt - tailStart;
      return message;
    },
    follows(of, from, to) {
      if (of !== bytes || from + head >= to) return false;
      if (!isGossip(of, from) && !isBurst(of, from)) return false;
      if (view === noView) view = new DataView(of.buffer, of.byteOffset, of.length);
      if (!areSame(view, from + 2, start + 2, head - 2)) return false;
      let at = from + head;
      if (readUint(of, at) !== next) return false;
      at += uintSize(of[at]!);
      if (at + tail >= to || !areSame(view, at, tailStart, tail)) return false;
      return note(of, from, at + tail, to);
    },
    take() {
      if (used > 0) copy();
      const taken = pieces ?? [];
      pieces = undefined;
      [bytes, view] = [undefined, noView];
      return taken;
    },
  };
}

/** Four bytes at a time: one by one, they were 50 of the 200 ns that a frame of 256 B takes. */
function areSame(view: DataView, one: number, other: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) if (view.getInt32(one + i) !== view.getInt32(other + i)) return false;
  for (; i < length; i++) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false;
  return true;
}
