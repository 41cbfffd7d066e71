import type { Options } from '../flags.ts';
import type { Pace } from '../orders.ts';
import type { System } from '../systems/system.ts';

/** Something that is measured. One file, one work; a new one also gets its line in `all.ts`. */
export interface Work {
  readonly name: string;
  /** For `--help`. */
  readonly about: string;
  /** Is it done when none is named? */
  readonly always: boolean;
  /** Its tables, for these options. */
  cases(plan: Plan): readonly Case[];
}

/** The options, and who takes part. */
export interface Plan extends Omit<Options, 'systems'> {
  readonly systems: readonly System[];
  /** For works that take long and whose targets are ours alone: rx-gossip, unless others were asked for. */
  readonly ours: readonly System[];
}

/** One table: who is compared, doing what, and what is written down about it. */
export interface Case {
  readonly work: string;
  readonly title: string;
  /** What makes it this case and no other: `{ peers: 8, publishers: 1, bytes: 256 }`. */
  readonly settings: Readonly<Record<string, number>>;
  readonly figures: readonly Figure[];
  /** How often; all contestants take turns in each round. */
  readonly runs: number;
  readonly contestants: readonly Contestant[];
}

export interface Contestant {
  readonly name: string;
  readonly label: string;
  readonly measure: () => Promise<Sample>;
}

export interface Sample {
  readonly values: Readonly<Record<string, number>>;
  /** What was wrong: a sample with a word here counts in no median. */
  readonly fault?: string | undefined;
}

export interface Figure {
  readonly key: string;
  readonly label: string;
}

export const KiB = 1024;
export const MiB = 1024 * 1024;

/**
 * The warm-up of a calm sender, at five times its rate: V8 compiles what is called often, and at 200 messages a second has some of it
 * compiled only after minutes.
 */
export const calmWarmUp = (ms: number, rate: number): Pace => ({ ms, rate: 5 * rate });

/** What was lost or came twice in a warm-up is a fault as well: every message is checked. */
export const warmUpFault = ({ fault }: Pick<Sample, 'fault'>): string | undefined =>
  fault && `warm-up: ${fault}`;

/** `256 B`, `16 KiB`, `1 MiB` */
export function bytesText(bytes: number): string {
  if (bytes % MiB === 0) return `${bytes / MiB} MiB`;
  return bytes % KiB === 0 ? `${bytes / KiB} KiB` : `${bytes} B`;
}

/** A contestant for each system. */
export const contestants = (
  systems: readonly System[],
  measure: (system: System) => Promise<Sample>,
): readonly Contestant[] =>
  systems.map((system) => ({ name: system.name, label: system.label, measure: () => measure(system) }));
