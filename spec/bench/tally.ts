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
export function createTally(publishers: number): Tally {
  return new BitTally(publishers);
}

// Classes, whose objects are there from the start, with arrays of the kind that they will be, and short chunks: the first message of a
// phase must be nothing new to what V8 has compiled in the one before it, a warm-up. Closures would be others for each tally, and
// what has hardly happened is not compiled.

class BitTally implements Tally {
  received = 0;
  duplicates = 0;
  private readonly seen: readonly Bits[];

  constructor(publishers: number) {
    this.seen = Array.from({ length: publishers }, () => new Bits());
  }

  take(publisher: number, sequence: number): void {
    const bits = this.seen[publisher];
    if (bits === undefined || bits.set(sequence)) this.received += 1;
    else this.duplicates += 1;
  }

  missing(sent: ReadonlyMap<number, number>): number {
    return [...sent].reduce((sum, [publisher, count]) => sum + count - this.below(publisher, count), 0);
  }

  strange(sent: ReadonlyMap<number, number>): number {
    return (
      this.received - [...sent].reduce((sum, [publisher, count]) => sum + this.below(publisher, count), 0)
    );
  }

  private below(publisher: number, end: number): number {
    return this.seen[publisher]?.below(end) ?? 0;
  }
}

const chunkBits = 1 << 12;

interface Chunk {
  readonly words: Uint32Array;
  /** How many bits are set. */
  count: number;
}

const full: Chunk = { words: new Uint32Array(0), count: chunkBits };

class Bits {
  private readonly chunks: (Chunk | undefined)[] = [undefined];

  /** Was it new? */
  set(at: number): boolean {
    const nr = Math.floor(at / chunkBits);
    const chunk = (this.chunks[nr] ??= { words: new Uint32Array(chunkBits / 32), count: 0 });
    const bit = at % chunkBits;
    if (chunk === full || isSet(chunk, bit)) return false;
    chunk.words[bit >>> 5]! |= 1 << (bit & 31);
    if (++chunk.count === chunkBits) this.chunks[nr] = full;
    return true;
  }

  /** How many are set below `end`. */
  below(end: number): number {
    let count = 0;
    for (let first = 0; first < end; first += chunkBits) {
      const chunk = this.chunks[first / chunkBits];
      if (chunk !== undefined) count += countBelow(chunk, end - first);
    }
    return count;
  }
}

const isSet = ({ words }: Chunk, at: number) => (words[at >>> 5]! & (1 << (at & 31))) !== 0;

function countBelow(chunk: Chunk, end: number): number {
  if (end >= chunkBits) return chunk.count;
  if (chunk === full) return end;
  let count = 0;
  for (let at = 0; at < end; at++) if (isSet(chunk, at)) count += 1;
  return count;
}
