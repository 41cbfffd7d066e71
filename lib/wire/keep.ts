/**
 * Payloads up to half of this share a slab, as Node's own small Buffers do: a buffer each costs 4 times as much
 * to make and to collect. Whoever keeps one of them keeps its slab.
 */
const slabSize = 8 * 1024;

let slab = new ArrayBuffer(slabSize);
let used = 0;

/** A copy that stays when the read buffer is written over. */
export function keep(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  if (length > slabSize / 2) return new Uint8Array(bytes);
  if (used + length > slabSize) {
    slab = new ArrayBuffer(slabSize);
    used = 0;
  }
  const copy = new Uint8Array(slab, used, length);
  copy.set(bytes);
  used += length;
  return copy;
}
