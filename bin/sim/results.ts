import { combine, meets, type Figure, type Played, type Scenario } from '../../lib/sim/scenario.ts';

/** A figure over all seeds. */
export interface Row {
  readonly figure: Figure;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Undefined when nothing is asked of it. */
  readonly met: boolean | undefined;
}

/** A scenario as it was run, and what came of it. */
export interface Result {
  readonly scenario: Scenario;
  readonly runs: readonly Played[];
  readonly rows: readonly Row[];
  /** Of all runs' hashes, in the order of seeds. */
  readonly hash: string;
  readonly seconds: number;
  readonly peakMb: number;
}

export function rowsOf(scenario: Scenario, runs: readonly Played[]): readonly Row[] {
  return scenario.figures.flatMap((figure) => {
    const values = runs.map((run) => run.values[figure.key]).filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const value = combine(figure.over, values);
    const met = figure.target && meets(figure.target, value);
    return [{ figure, value, min: Math.min(...values), max: Math.max(...values), met }];
  });
}

export const allMet = (results: readonly Result[]): boolean =>
  results.every(({ rows }) => rows.every(({ met }) => met !== false));
