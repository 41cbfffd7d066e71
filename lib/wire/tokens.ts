/** What the first byte of a msgpack value says of its size: for the few places that read or write values themselves. */

/** Bytes of an integer with its token; of one that is not read by itself any number will do. */
export const uintSize = (token: number): number =>
  token < 0x80 ? 1 : token === 0xcb ? 9 : token >= 0xcc && token <= 0xce ? 1 + (1 << (token - 0xcc)) : 1;

/** The same of a number that is to be written. */
export const uintLength = (value: number): number =>
  value < 0x80 ? 1 : value < 0x100 ? 2 : value < 0x10000 ? 3 : value < 0x100000000 ? 5 : 9;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
/** Of the eight bytes of a float, the one that is the i-th of a big-endian one. */
const floatByte = (i: number): number => (littleEndian ? 7 - i : i);

/**
 * A number in one of the forms that rx-gossip writes, NaN when it is in another. It need not be whole: a float is what is above
 * 2^32. Past the end there is no token, and the number is NaN, or too long: who reads on compares at the end.
 */
export function readUint(bytes: Uint8Array, at: number): number {
  const token = bytes[at]!;
  if (token < 0x80) return token;
  if (token >= 0xcc && token <= 0xce) return readBig(bytes, at + 1, 1 << (token - 0xcc));
  if (token !== 0xcb) return NaN;
  for (let i = 0; i < 8; i++) floatBytes[floatByte(i)] = bytes[at + 1 + i]!;
  return float[0]!;
}

/** Writes one, and returns where it ends, as all that writes here does. */
export function writeUint(value: number, to: Uint8Array, at: number): number {
  const length = uintLength(value);
  if (length === 9) {
    to[at] = 0xcb;
    float[0] = value;
    for (let i = 0; i < 8; i++) to[at + 1 + i] = floatBytes[floatByte(i)]!;
    return at + length;
  }
  if (length === 1) {
    to[at] = value;
    return at + 1;
  }
  to[at] = length === 2 ? 0xcc : length === 3 ? 0xcd : 0xce;
  return writeBig(value, length - 1, to, at + 1);
}

/** The token of so many bytes. */
export const binToken = (length: number): number => (length < 0x100 ? 0xc4 : length < 0x10000 ? 0xc5 : 0xc6);

/** How much comes before so many bytes: the token and their length. */
export const binHeader = (length: number): number => 1 + (1 << (binToken(length) - 0xc4));

/** A big-endian number of `count` bytes. */
export function readBig(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = 0; i < count; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

export function writeBig(value: number, count: number, to: Uint8Array, at: number): number {
  for (let i = 0; i < count; i++) to[at + i] = value >>> (8 * (count - 1 - i));
  return at + count;
}

/** So many bytes with what comes before them. */
export const binSize = (length: number): number => binHeader(length) + length;

export function writeBin(payload: Uint8Array, to: Uint8Array, start: number): number {
  const at = writeBinHeader(payload.length, to, start);
  to.set(payload, at);
  return at + payload.length;
}

/** What comes before so many bytes. */
export function writeBinHeader(length: number, to: Uint8Array, at: number): number {
  to[at] = binToken(length);
  return writeBig(length, binHeader(length) - 1, to, at + 1);
}

/** The token of a list of so few values that it is in it: up to 15. */
export const listToken = (count: number): number => 0x90 | count;

/** How much comes before so many values of a list. */
export const listHeader = (count: number): number => (count < 16 ? 1 : 3);

export function writeListHeader(count: number, to: Uint8Array, at: number): number {
  if (count < 16) {
    to[at] = listToken(count);
    return at + 1;
  }
  to[at] = 0xdc;
  return writeBig(count, 2, to, at + 1);
}

/** How many values are in a list, NaN when this is none, and where they begin. */
export function readListHeader(bytes: Uint8Array, at: number): readonly [number, number] {
  const token = bytes[at]!;
  if (token === 0xdc) return [readBig(bytes, at + 1, 2), at + 3];
  return [(token & 0xf0) === 0x90 ? token & 0x0f : NaN, at + 1];
}
