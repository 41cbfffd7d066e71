import type { Settings } from '../options.ts';
import type { Point } from './charts.ts';
import type { Range } from './network.ts';
import { Simulation } from './simulation.ts';

/** The knobs that every scenario has and the command line may turn. */
export interface Knobs {
  readonly peers: number;
  readonly latency: Range;
  /** Share of packets lost. */
  readonly loss: number;
  /** What it repeats: messages, rounds, seconds ... as its `about` says. */
  readonly rounds: number;
  /** Settings of the peers that differ from the defaults. */
  readonly settings: Partial<Settings>;
}

/** What a figure must be. `from` says who says so. */
export interface Target {
  readonly op: '<=' | '<' | '>=' | '=';
  readonly value: number;
  readonly from: string;
}

/** One number that a run yields, and how those of several seeds become one. */
export interface Figure {
  readonly key: string;
  readonly label: string;
  readonly over: 'mean' | 'min' | 'max';
  readonly unit?: string;
  readonly target?: Target;
}

/** What one run yields. */
export interface Outcome {
  readonly values: Readonly<Record<string, number>>;
  readonly points?: readonly Point[];
}

/** A run that a scenario is played in. */
export interface Run extends Knobs {
  readonly seed: number;
  readonly simulation: Simulation;
}

/** An experiment as data: what it is called, what it sets, what it must show, and how it is played. */
export interface Scenario extends Knobs {
  readonly name: string;
  /** `--scenario` takes a group's name for all that are in it. */
  readonly group: string;
  readonly about: string;
  readonly seeds: readonly number[];
  readonly figures: readonly Figure[];
  play(run: Run): Outcome;
}

/** How one seed of a scenario went. */
export interface Played extends Outcome {
  readonly seed: number;
  readonly hash: string;
  readonly events: number;
  readonly virtualMs: number;
  /** Frames read, by message type. */
  readonly frames: Readonly<Record<string, number>>;
}

/** Plays a scenario once. Nothing outlives it, so that the next run is as if it were the first. */
export function play(
  scenario: Scenario,
  seed: number,
  changes: Partial<Knobs> = {},
  onProgress?: (simulation: Simulation) => void,
): Played {
  const { peers, latency, loss, rounds } = { ...scenario, ...changes };
  const settings = { ...scenario.settings, ...changes.settings };
  const simulation = new Simulation({ seed, latency, loss, settings, ...(onProgress && { onProgress }) });
  const outcome = scenario.play({ peers, latency, loss, rounds, settings, seed, simulation });
  return {
    ...outcome,
    seed,
    hash: simulation.network.tap.hash,
    events: simulation.clock.events,
    virtualMs: simulation.now(),
    frames: simulation.network.tap.counts().received,
  };
}

/** The scenario in one line, as the command prints it. */
export function describe(scenario: Scenario & Partial<Knobs>): string {
  const { name, peers, latency, loss, rounds, settings, seeds } = scenario;
  const knobs = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`);
  const parts = [
    `${peers} peers`,
    `latency ${latency.min}ms..${latency.max}ms`,
    ...(loss > 0 ? [`loss ${loss}`] : []),
    `${rounds} rounds`,
    `${seeds.length} seed${seeds.length === 1 ? '' : 's'}`,
    ...(knobs.length > 0 ? [`set ${knobs.join(', ')}`] : []),
  ];
  return `${name}: ${parts.join('; ')}`;
}

/** Do these values, one a seed, meet the target? */
export function combine(over: Figure['over'], values: readonly number[]): number {
  switch (over) {
    case 'mean':
      return values.reduce((total, value) => total + value, 0) / values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
  }
}

export function meets({ op, value: wanted }: Target, value: number): boolean {
  switch (op) {
    case '<=':
      return value <= wanted;
    case '<':
      return value < wanted;
    case '>=':
      return value >= wanted;
    case '=':
      return value === wanted;
  }
}
