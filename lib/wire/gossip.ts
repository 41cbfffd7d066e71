import { messageTable, noProof, type MessageOf } from '../protocol/messages.ts';
import { idFromBytes, isIdAt } from './ids.ts';
import { isUint, limits } from './limits.ts';
import { createTexts, type Texts } from './texts.ts';
import { listToken, readUint, uintSize } from './tokens.ts';

/**
 * What a GOSSIP and a BURST have before their payloads, read straight from the bytes: in the shape that rx-gossip itself
 * writes, with an address and a topic that were seen before. Anything else, and all that is wrong, is left to the
 * general reader (`codec.ts`), which says the same of these bytes; `spec/wire/gossip.spec.ts` compares.
 */

/** Where the epoch is, in a frame's body: after the array, the type, and the origin with its token and length. */
export const epochAt = 4 + limits.id;

/** How a frame's body begins: an array of so many values, and the type. */
const gossipArray = listToken(9);
const burstArray = listToken(8);

export const isGossip = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === gossipArray && bytes[start + 1] === messageTable.gossip.code;

export const isBurst = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === burstArray && bytes[start + 1] === messageTable.burst.code;

/** Makes a BURST of what is written as the beginning of a GOSSIP: that is all in which their heads differ. */
export function markBurst(bytes: Uint8Array, start: number): void {
  bytes[start] = burstArray;
  bytes[start + 1] = messageTable.burst.code;
}

const addresses = createTexts();
const topics = createTexts();

/** After the general reader has read and checked it. */
export function rememberGossip({ address, topic }: MessageOf<'gossip' | 'burst'>): void {
  addresses.remember(address);
  topics.remember(topic);
}

type Head = { -readonly [F in keyof MessageOf<'gossip'>]: MessageOf<'gossip'>[F] };

/** What is to be read next. A read past the end gives undefined, which is no token; who reads on compares at the end. */
let at = 0;

/** Where the head that was read last ends. */
export const headEnd = (): number => at;

const noPayload = new Uint8Array(0);

/** The message without its payload. */
export function readHead(bytes: Uint8Array, start: number, end: number): Head | undefined {
  if (!isGossip(bytes, start) && !isBurst(bytes, start)) return undefined;
  if (!isIdAt(bytes, start + 2)) return undefined;
  const afterId = start + epochAt;
  if (afterId > end) return undefined;
  at = afterId;
  const [epoch, sequence, hop] = [nextUint(bytes), nextUint(bytes), nextUint(bytes)];
  if (!isUint(epoch) || !isUint(sequence) || !isUint(hop)) return undefined;
  const address = readText(bytes, addresses);
  if (address === undefined) return undefined;
  const topic = readText(bytes, topics);
  if (topic === undefined) return undefined;
  const origin = idFromBytes(bytes, start + 4);
  return { type: 'gossip', origin, epoch, sequence, hop, address, topic, payload: noPayload, proof: noProof };
}

function nextUint(bytes: Uint8Array): number {
  const value = readUint(bytes, at);
  at += uintSize(bytes[at]!);
  return value;
}

function readText(bytes: Uint8Array, texts: Texts): string | undefined {
  const length = bytes[at++]! - 0xa0; // up to 31 bytes, as nearly all are
  if (!(length >= 0 && length < 32)) return undefined;
  const text = texts.find(bytes, at, length);
  at += length;
  return text;
}
