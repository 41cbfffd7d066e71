/** What the first byte of a msgpack value says of its size: for the few places that read or write values themselves. */

/** Bytes of an integer with its token; of one that is not read by itself any number will do. */
export const uintSize = (token: number): number =>
  token < 0x80 ? 1 : token === 0xcb ? 9 : token >= 0xcc && token <= 0xce ? 1 + (1 << (token - 0xcc)) : 1;

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
