import type { MessageOf, PeerId } from '../protocol/messages.ts';
import { prefix, writePrefix } from './frame.ts';
import { epochAt } from './gossip.ts';
import { binHeader, binToken, uintSize } from './tokens.ts';

/**
 * The one message that is sent by the million, written straight into its frame. The messages of an origin differ in
 * sequence, hop and payload; the rest is copied from what the general writer (`codec.ts`) made, and checked, of an
 * earlier one. Anything else is left to it, and it would have made the same bytes; `spec/wire/gossip.spec.ts` compares.
 */

/** An origin's messages: what comes before their sequence, and what between their hop and payload. */
interface Shape {
  readonly origin: PeerId;
  readonly epoch: number;
  readonly address: string;
  readonly topic: string;
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}

/** Origins remembered: those that speak at the same time. More of them only cost the general writer. */
const remembered = 1024;
const shapes = new Map<PeerId, Shape>();
/** The one that was looked for last. */
let latest: Shape | undefined;

/** After the general writer has made this frame of it. */
export function rememberShape(message: MessageOf<'gossip'>, frame: Uint8Array): void {
  const { origin, epoch, address, topic, payload, proof } = message;
  if (proof.length > 0) return;
  const sequenceAt = prefix + epochAt + uintSize(frame[prefix + epochAt]!);
  const hopAt = sequenceAt + uintSize(frame[sequenceAt]!);
  const tailAt = hopAt + uintSize(frame[hopAt]!);
  const tailEnd = frame.length - 2 - payload.length - binHeader(payload.length);
  const [head, tail] = [frame.slice(prefix, sequenceAt), frame.slice(tailAt, tailEnd)];
  if (shapes.size >= remembered) shapes.clear();
  latest = { origin, epoch, address, topic, head, tail };
  shapes.set(origin, latest);
}

/** Undefined when the general writer is to do it. `memory` gives the frame its place. */
export function writeGossip(
  { origin, epoch, sequence, hop, address, topic, payload, proof }: MessageOf<'gossip'>,
  maxPayload: number,
  memory: (length: number) => Uint8Array,
): Uint8Array | undefined {
  if (latest?.origin !== origin) latest = shapes.get(origin);
  const shape = latest;
  if (shape?.epoch !== epoch || shape.address !== address || shape.topic !== topic) return undefined;
  // What has no short form, or is no whole number at all.
  if (sequence >>> 0 !== sequence || (hop & 0x7f) !== hop) return undefined;
  if (proof.length > 0 || payload.length > maxPayload) return undefined;

  const { head, tail } = shape;
  const { length } = payload;
  const header = binHeader(length);
  const size = head.length + sequenceSize(sequence) + 1 + tail.length + header + length + 2;
  const frame = memory(prefix + size);
  writePrefix(frame, size);
  let at = copy(head, frame, prefix);
  at = writeSequence(sequence, frame, at);
  frame[at++] = hop;
  at = copy(tail, frame, at);
  frame[at++] = binToken(length);
  at = writeBig(length, header - 1, frame, at);
  frame.set(payload, at);
  at += length;
  frame[at++] = 0xc4; // no proof
  frame[at] = 0;
  return frame;
}

/** A few dozen bytes: a loop is quicker than `set`. */
function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  for (let i = 0; i < from.length; i++) to[at + i] = from[i]!;
  return at + from.length;
}

const sequenceSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : 5;

function writeSequence(value: number, to: Uint8Array, at: number): number {
  if (value < 0x80) {
    to[at] = value;
    return at + 1;
  }
  const count = sequenceSize(value) - 1;
  to[at] = count === 1 ? 0xcc : count === 2 ? 0xcd : 0xce;
  return writeBig(value, count, to, at + 1);
}

function writeBig(value: number, count: number, to: Uint8Array, at: number): number {
  for (let i = 0; i < count; i++) to[at + i] = value >>> (8 * (count - 1 - i));
  return at + count;
}
