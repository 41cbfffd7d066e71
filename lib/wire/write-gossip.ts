import type { MessageOf, PeerId } from '../protocol/messages.ts';
import { prefix, writePrefix } from './frame.ts';
import { epochAt } from './gossip.ts';
import { binHeader, binSize, uintLength, uintSize, writeBin, writeUint } from './tokens.ts';

/**
 * The one message that is sent by the million, written straight into its frame. The messages of an origin differ in
 * sequence, hop and payload; the rest is copied from what the general writer (`codec.ts`) made, and checked, of an
 * earlier one. Anything else is left to it, and it would have made the same bytes; `spec/wire/gossip.spec.ts` compares.
 */

/** An origin's messages: what comes before their sequence, and what between their hop and payload. */
export interface Shape {
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
  message: MessageOf<'gossip'>,
  maxPayload: number,
  memory: (length: number) => Uint8Array,
): Uint8Array | undefined {
  const { sequence, payload } = message;
  const shape = shapeFor(message, sequence);
  if (shape === undefined || payload.length > maxPayload) return undefined;
  const size = headSize(shape, sequence) + binSize(payload.length) + noProofSize;
  const frame = memory(prefix + size);
  writePrefix(frame, size);
  const at = writeHead(shape, sequence, message.hop, frame, prefix);
  writeNoProof(frame, writeBin(payload, frame, at));
  return frame;
}

/** That of the origin, for messages up to `last`, unless something has no short form, or is no whole number at all. */
export function shapeFor(
  { origin, epoch, sequence, hop, address, topic, proof }: MessageOf<'gossip'>,
  last: number,
): Shape | undefined {
  if (latest?.origin !== origin) latest = shapes.get(origin);
  const shape = latest;
  if (shape?.epoch !== epoch || shape.address !== address || shape.topic !== topic) return undefined;
  if (sequence >>> 0 !== sequence || last >>> 0 !== last || (hop & 0x7f) !== hop) return undefined;
  return proof.length > 0 ? undefined : shape;
}

/** What comes before the payload, or the list of payloads. */
export const headSize = ({ head, tail }: Shape, sequence: number): number =>
  head.length + uintLength(sequence) + 1 + tail.length;

/** Writes that, and returns where it ends. */
export function writeHead(
  shape: Shape,
  sequence: number,
  hop: number,
  to: Uint8Array,
  start: number,
): number {
  let at = copy(shape.head, to, start);
  at = writeUint(sequence, to, at);
  to[at++] = hop;
  return copy(shape.tail, to, at);
}

export function writeNoProof(to: Uint8Array, at: number): number {
  to[at] = 0xc4;
  to[at + 1] = 0;
  return at + noProofSize;
}

export const noProofSize = 2;

/** A few dozen bytes: a loop is quicker than `set`. */
function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  for (let i = 0; i < from.length; i++) to[at + i] = from[i]!;
  return at + from.length;
}
