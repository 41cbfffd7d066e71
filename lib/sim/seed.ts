const { imul } = Math;

/** One 32-bit seed out of several numbers (murmur3's mixing), so that each peer and each pair has a stream of its own. */
export function mix(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    // Seeds may be larger than 32 bits.
    hash = stir(hash ^ imul(number >>> 0, 0xcc9e2d51));
    hash = stir(hash ^ imul((number / 2 ** 32) >>> 0, 0x1b873593));
  }
  return hash >>> 0;
}

function stir(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
