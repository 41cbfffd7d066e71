/** Which messages of each publisher have come: everything a run claims about "exactly once" is counted here. */
export interface Tally {
  /** Different messages so far. */
  readonly received: number;
  /** Messages that came again. */
  readonly duplicates: number;
  take(publisher: number, sequence: number): void;
  /** Of the messages 0..n-1 that each publisher sent, how many have not come. */
  missing(sent: ReadonlyMap<number, number>): number;
  /** Messages that nobody sent: a number beyond the last one, or of a publisher that does not exist. */
  strange(sent: ReadonlyMap<number, number>): number;
}

/**
 * One bit a message, and none where all have come: a receiver is to be measured, not what counts for it. Of 100 million messages
 * the bits alone would be 12 MB.
 */
export function createTally(): Tally {
  const seen: Bits[] = [];
  let received = 0;
  let duplicates = 0;
  const below = (publisher: number, end: number) => seen[publisher]?.below(end) ?? 0;
  return {
    get received() {
      return received;
    },
    get duplicates() {
      return duplicates;
    },
    take(publisher, sequence) {
      if ((seen[publisher] ??= createBits()).set(sequence)) received += 1;
      else duplicates += 1;
    },
    missing: (sent) =>
      [...sent].reduce((sum, [publisher, count]) => sum + count - below(publisher, count), 0),
    strange: (sent) =>
      received - [...sent].reduce((sum, [publisher, count]) => sum + below(publisher, count), 0),
  };
}

interface Bits {
  /** Was it new? */
  set(at: number): boolean;
  /** How many are set below `end`. */
  below(end: number): number;
}

const chunkBits = 1 << 17;

interface Chunk {
  readonly words: Uint32Array;
  /** How many bits are set. */
  count: number;
}

const full: Chunk = { words: new Uint32Array(0), count: chunkBits };

function createBits(): Bits {
  const chunks: Chunk[] = [];
  return {
    set(at) {
      const nr = Math.floor(at / chunkBits);
      const chunk = (chunks[nr] ??= { words: new Uint32Array(chunkBits / 32), count: 0 });
      const bit = at % chunkBits;
      if (chunk === full || isSet(chunk, bit)) return false;
      chunk.words[bit >>> 5]! |= 1 << (bit & 31);
      if (++chunk.count === chunkBits) chunks[nr] = full;
      return true;
    },
    below(end) {
      let count = 0;
      for (let first = 0; first < end; first += chunkBits) {
        const chunk = chunks[first / chunkBits];
        if (chunk !== undefined) count += countBelow(chunk, end - first);
      }
      return count;
    },
  };
}

const isSet = ({ words }: Chunk, at: number) => (words[at >>> 5]! & (1 << (at & 31))) !== 0;

function countBelow(chunk: Chunk, end: number): number {
  if (end >= chunkBits) return chunk.count;
  if (chunk === full) return end;
  let count = 0;
  for (let at = 0; at < end; at++) if (isSet(chunk, at)) count += 1;
  return count;
}
