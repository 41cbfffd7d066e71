import { messageTable, type MessageType } from '../protocol/messages.ts';
import { createCodec } from '../wire/codec.ts';
import { prefix } from '../wire/frame.ts';
import type { SimClock } from './clock.ts';
import type { Process } from './process.ts';

/** Held here, because a global is looked up at every use in a test runner's sandbox, which is 50 times slower. */
const { imul } = Math;
const codes = 256;
const { gossip, burst } = messageTable;
const table: Readonly<Record<string, { readonly code: number; readonly fields: Record<string, string> }>> =
  messageTable;

/** Reads any BURST, for how many payloads it has. */
const codec = createCodec({ maxPayload: 2 ** 30 });

/** Frames, packets and bytes so far. Read it before and after, and subtract. */
export interface Counts {
  /** Frames by message type, as written and as read. */
  readonly sent: Readonly<Record<MessageType, number>>;
  readonly received: Readonly<Record<MessageType, number>>;
  readonly framesSent: number;
  readonly framesReceived: number;
  /** Payloads read, duplicates and answers to a GRAFT included: what the papers' RMR counts. */
  readonly payloads: number;
  /** Frames read that carry none. */
  readonly control: number;
  /** Packets read: all frames that one end writes at one time to the other travel as one. */
  readonly packets: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/**
 * Listens in where the network hands bytes to a process: counts frames by type and folds all that arrives into the
 * run's trace. It reads the length and the type number of a frame and changes nothing.
 */
export class Tap {
  private readonly written = new Float64Array(codes);
  private readonly read = new Float64Array(codes);
  private bytesWritten = 0;
  private bytesRead = 0;
  private packets = 0;
  private inBursts = 0;
  private a = 0x011c9dc5;
  private b = 0x1e3779b9;
  private readonly time = new Float64Array(1);
  private readonly timeBits = new Uint32Array(this.time.buffer);

  constructor(private readonly clock: SimClock) {}

  sent(_process: Process, bytes: Uint8Array): void {
    this.bytesWritten += bytes.length;
    count(this.written, bytes);
  }

  received(process: Process, bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    count(this.read, bytes, (start, end) => (this.inBursts += payloadsIn(bytes, start, end)));
    this.time[0] = this.clock.now();
    this.fold(this.timeBits[0]!);
    this.fold(this.timeBits[1]!);
    this.fold(process.index);
    this.foldBytes(bytes);
  }

  packet(): void {
    this.packets++;
  }

  /** Of every (virtual time, process, bytes) so far, 16 hex digits: two runs with the same one were the same run. */
  get hash(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  counts(): Counts {
    return {
      sent: byType(this.written),
      received: byType(this.read),
      framesSent: sum(this.written),
      framesReceived: sum(this.read),
      payloads: this.payloads,
      control: sum(this.read) - this.read[gossip.code]! - this.read[burst.code]!,
      packets: this.packets,
      bytesSent: this.bytesWritten,
      bytesReceived: this.bytesRead,
    };
  }

  get payloads(): number {
    return this.read[gossip.code]! + this.inBursts;
  }

  private fold(word: number): void {
    this.a = stirA(this.a, word);
    this.b = stirB(this.b, word);
  }

  private foldBytes(bytes: Uint8Array): void {
    let { a, b } = this;
    const whole = bytes.length - (bytes.length % 4);
    let at = 0;
    for (; at < whole; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      a = stirA(a, word);
      b = stirB(b, word);
    }
    for (; at < bytes.length; at++) {
      a = stirA(a, bytes[at]!);
      b = stirB(b, bytes[at]!);
    }
    this.a = a;
    this.b = b;
  }
}

function stirA(hash: number, word: number): number {
  const mixed = imul(hash ^ word, 0x01000193);
  return mixed ^ (mixed >>> 15);
}

function stirB(hash: number, word: number): number {
  const mixed = imul(hash ^ word, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/** A write is a whole number of frames: `[length, msgpack array of (type, ...fields)]`. */
function count(
  counts: Float64Array,
  bytes: Uint8Array,
  onBurst?: (start: number, end: number) => void,
): void {
  let at = 0;
  while (at + prefix < bytes.length) {
    const length =
      ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    // A list of up to 15 items starts with one byte, a longer one with three.
    const code = bytes[at + prefix + (bytes[at + prefix] === 0xdc ? 3 : 1)]!;
    counts[code] = counts[code]! + 1;
    if (code === burst.code) onBurst?.(at + prefix, at + prefix + length);
    at += prefix + length;
  }
}

function payloadsIn(bytes: Uint8Array, start: number, end: number): number {
  const decoded = codec.decode(bytes, start, end);
  return decoded.ok && decoded.message.type === 'burst' ? decoded.message.payloads.length : 0;
}

const sum = (counts: Float64Array): number => counts.reduce((total, one) => total + one, 0);

const byType = (counts: Float64Array): Record<MessageType, number> =>
  Object.fromEntries(Object.entries(table).map(([type, { code }]) => [type, counts[code]!])) as Record<
    MessageType,
    number
  >;
