/**
 * Small pieces of memory share a slab, as Node's own small Buffers do: a buffer each costs 4 times as much to make
 * and to collect. Whoever keeps one of them keeps its slab, so it is small, and ours: Node's is 64 KiB from 24 on.
 */
const slabSize = 8 * 1024;

/**
 * Gives out memory, not cleared. Pieces of up to half a slab share one, and lie there one after the other as they were
 * given out; larger ones have their own.
 */
export function createSlab(): (length: number) => Uint8Array {
  let slab = new ArrayBuffer(slabSize);
  let used = 0;
  return (length) => {
    if (length > slabSize / 2) return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    if (used + length > slabSize) {
      slab = new ArrayBuffer(slabSize);
      used = 0;
    }
    used += length;
    return new Uint8Array(slab, used - length, length);
  };
}
