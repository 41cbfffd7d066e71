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

/** One bit a message; grows with the highest number, so 10 million messages cost 1.25 MB. */
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

function createBits(): Bits {
  let words = new Uint32Array(1024);
  return {
    set(at) {
      const word = at >>> 5;
      if (word >= words.length) {
        const grown = new Uint32Array(Math.max(word + 1, words.length * 2));
        grown.set(words);
        words = grown;
      }
      const bit = 1 << (at & 31);
      if ((words[word]! & bit) !== 0) return false;
      words[word]! |= bit;
      return true;
    },
    below(end) {
      let count = 0;
      for (let at = 0; at < Math.min(end, words.length * 32); at++)
        count += (words[at >>> 5]! >>> (at & 31)) & 1;
      return count;
    },
  };
}
