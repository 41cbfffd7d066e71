import type { Collected, Expected } from './orders.ts';
import { isTimed, now, phaseOf, publisherOf, sentAtOf, sequenceOf } from './stamp.ts';
import { createTally, type Tally } from './tally.ts';

/** What a member has received: each phase is counted for itself. */
export interface Receiver {
  take: (payload: Uint8Array) => void;
  /** Who has been heard, in any phase. */
  publishers(): readonly number[];
  collect(expected: Expected): Promise<Omit<Collected, 'lost'>>;
}

interface Phase {
  readonly tally: Tally;
  readonly delays: number[];
  lastAt: number;
}

/** The clock costs 100 ns: of small messages that are not timed, every 16th tells when the last ones came. */
const large = 4096;

/** More than any work has. */
const mostPhases = 32;

/** For messages of members 0 to `members` - 1. */
export function createReceiver(members: number): Receiver {
  const phases = Array.from({ length: mostPhases }, (): Phase => ({
    tally: createTally(members),
    delays: [NaN].slice(1), // empty, and for V8 an array of fractions: see `tally.ts`
    lastAt: NaN,
  }));
  const heard = new Set<number>();
  let last = -1;

  return {
    take(payload) {
      const publisher = publisherOf(payload);
      if (publisher !== last) heard.add((last = publisher));
      const current = phases[phaseOf(payload)]!;
      const sequence = sequenceOf(payload);
      current.tally.take(publisher, sequence);
      const timed = isTimed(payload);
      if (!timed && payload.length < large && (sequence & 15) !== 0) return;
      current.lastAt = now();
      if (timed) current.delays.push((current.lastAt - sentAtOf(payload)) * 1000);
    },
    publishers: () => [...heard],
    async collect({ phase: number, sent, patience }) {
      const current = phases[number]!;
      const { tally } = current;
      const expected = sent.reduce((sum, [, count]) => sum + count, 0);
      let [seen, quietSince] = [-1, now()];
      while (tally.received < expected && now() - quietSince < patience) {
        if (tally.received !== seen) [seen, quietSince] = [tally.received, now()];
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const counts = new Map(sent);
      return {
        received: tally.received,
        missing: tally.missing(counts),
        duplicates: tally.duplicates,
        strange: tally.strange(counts),
        lastAt: current.lastAt,
        delays: current.delays,
      };
    },
  };
}
