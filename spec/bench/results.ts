import { median, rotated } from './statistics.ts';
import type { Case, Figure, Sample } from './work/work.ts';

/** What a case came to: for each contestant its samples, in the order of the rounds. */
export interface Result {
  readonly work: string;
  readonly title: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly figures: readonly Figure[];
  readonly rows: readonly Row[];
}

export interface Row {
  readonly name: string;
  readonly label: string;
  /** One a round; undefined for a round that was not tried any more after one that failed. */
  readonly samples: readonly (Sample | undefined)[];
}

/**
 * In each round every contestant runs once, and each round begins with another one: what the machine does
 * meanwhile falls on all of them.
 */
export async function runCase(
  { work, title, settings, figures, runs, contestants }: Case,
  tell: (text: string) => void,
): Promise<Result> {
  const samples = new Map(contestants.map(({ name }) => [name, [] as (Sample | undefined)[]]));
  const failed = new Set<string>();
  for (let round = 0; round < runs; round++) {
    for (const { name, label, measure } of rotated(contestants, round)) {
      if (failed.has(name)) continue;
      tell(`${title}: ${label}, run ${round + 1} of ${runs}`);
      try {
        samples.get(name)![round] = await measure();
      } catch (error) {
        // As a rule it fails every time, and takes long to do so.
        failed.add(name);
        samples.get(name)![round] = { values: {}, fault: `failed: ${firstLine(error)}` };
      }
    }
  }
  const rows = contestants.map(({ name, label }) => ({ name, label, samples: samples.get(name)! }));
  return { work, title, settings, figures, rows };
}

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** Is there anything in it that could be lost or come twice? */
export const carriesMessages = ({ settings }: Result) => settings['bytes'] !== undefined;

/** The median of the runs in which nothing was wrong; NaN when there was none. */
export function valueOf(row: Row, key: string): number {
  return median(clean(row).flatMap(({ values }) => values[key] ?? []));
}

/** The same for a quotient of two rows: each round for itself, because only within one is the machine the same. */
export function ratioOf(key: string, row: Row, to: Row): number {
  return median(
    row.samples.flatMap((sample, round) => {
      const other = to.samples[round];
      if (sample === undefined || other === undefined || isFaulty(sample) || isFaulty(other)) return [];
      const ratio = sample.values[key]! / other.values[key]!;
      return Number.isNaN(ratio) ? [] : [ratio];
    }),
  );
}

export function clean({ samples }: Row): readonly Sample[] {
  return samples.filter((sample) => sample !== undefined).filter((sample) => !isFaulty(sample));
}

export const isFaulty = ({ fault }: Sample) => fault !== undefined;
