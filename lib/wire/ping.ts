import { messageTable, type MessageOf } from '../protocol/messages.ts';
import { prefix, writePrefix } from './frame.ts';
import { listToken } from './tokens.ts';

/**
 * PING and PONG are nearly all that an idle peer reads and writes, so seldom that V8 compiles none of it: what the
 * general reader and writer (`codec.ts`) do for one takes a tenth of such a peer's CPU. With a small nonce it is three
 * bytes, written and read here; `spec/wire/ping.spec.ts` compares.
 */

type PingOrPong = MessageOf<'ping'> | MessageOf<'pong'>;

const { ping, pong } = messageTable;
const size = 3;
const listOfTwo = listToken(2);
const largest = 0x7f;

/** Undefined when the general writer is to do it. */
export function writePing(
  { type, nonce }: PingOrPong,
  memory: (length: number) => Uint8Array,
): Uint8Array | undefined {
  if ((nonce & largest) !== nonce) return undefined;
  const frame = memory(prefix + size);
  writePrefix(frame, size);
  frame[prefix] = listOfTwo;
  frame[prefix + 1] = messageTable[type].code;
  frame[prefix + 2] = nonce;
  return frame;
}

/** Undefined when the general reader is to do it. */
export function readPing(bytes: Uint8Array, start: number, end: number): PingOrPong | undefined {
  if (end - start !== size || bytes[start] !== listOfTwo) return undefined;
  const [code, nonce] = [bytes[start + 1]!, bytes[start + 2]!];
  if (nonce > largest) return undefined;
  if (code === ping.code) return { type: 'ping', nonce };
  return code === pong.code ? { type: 'pong', nonce } : undefined;
}
