import { limits } from './limits.ts';

/** How many values are still to come in each open container, and whether it is a map: reused by every call. */
const left = new Int32Array(limits.depth + 1);
const map = new Uint8Array(limits.depth + 1);

/**
 * Looks at one msgpack value in `bytes[start, end)` before anything is unpacked, so that the unpacker never
 * meets what it would obey or choke on: extension types (msgpackr's can define records and cycles), 0xc1,
 * map keys that are no text, containers too deep or too full, a length beyond the end, bytes after the end.
 * Allocates nothing. Returns what is wrong, undefined when nothing is. Bytes are counted from `start`.
 */
export function walk(bytes: Uint8Array, start: number, end: number): string | undefined {
  let at = start;
  let depth = 0;
  let items = 0;
  left[0] = 1;
  map[0] = 0;
  for (;;) {
    while (left[depth] === 0) {
      if (depth === 0) return at === end ? undefined : `${end - at} bytes too many at byte ${at - start}`;
      depth--;
    }
    if (at >= end) return `cut short at byte ${at - start}`;
    const offset = at - start;
    const token = bytes[at++]!;
    // A map of n holds 2n values, key first: keys are where an even number is left.
    const isKey = map[depth] === 1 && (left[depth]! & 1) === 0;
    if (isKey && !isText(token)) return `map key is not text at byte ${offset}`;
    left[depth]!--;

    if (token < 0x80 || token >= 0xe0) continue;
    let size = headerSize(token);
    if (size < 0)
      return token === 0xc1 ? `unused type at byte ${offset}` : `extension type at byte ${offset}`;
    if (size > end - at) return `cut short at byte ${end - start}`;
    if (isNumber(token)) {
      at += size;
      continue;
    }
    let length = fixedLength(token);
    while (size-- > 0) length = length * 256 + bytes[at++]!;
    if (!isContainer(token)) {
      if (length > end - at) return `cut short at byte ${end - start}`;
      at += length;
      continue;
    }
    const isMap = token < 0x90 || token >= 0xde;
    const values = isMap ? length * 2 : length;
    items += values;
    if (items > limits.items) return `more than ${limits.items} values at byte ${offset}`;
    if (++depth > limits.depth) return `more than ${limits.depth} levels at byte ${offset}`;
    left[depth] = values;
    map[depth] = isMap ? 1 : 0;
  }
}

/** Bytes after the token that hold its number or length; -1 where the token is not allowed. */
function headerSize(token: number): number {
  return token < 0xc0 ? 0 : headerSizes[token - 0xc0]!;
}

// prettier-ignore
const headerSizes = new Int8Array([
  0, -1, 0, 0, 1, 2, 4, -1, -1, -1, 4, 8, 1, 2, 4, 8, // nil, 0xc1, booleans, bin, ext, floats, uints
  1, 2, 4, 8, -1, -1, -1, -1, -1, 1, 2, 4, 2, 4, 2, 4, // ints, fixext, str, array, map
]);

function isText(token: number): boolean {
  return (token >= 0xa0 && token < 0xc0) || (token >= 0xd9 && token <= 0xdb);
}

function isNumber(token: number): boolean {
  return token >= 0xca && token <= 0xd3;
}

function isContainer(token: number): boolean {
  return token < 0xa0 || token >= 0xdc;
}

/** The length inside the token: maps and arrays up to 15, texts up to 31. */
function fixedLength(token: number): number {
  if (token < 0xa0) return token & 0x0f;
  return token < 0xc0 ? token & 0x1f : 0;
}
