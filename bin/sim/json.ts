import type { Target } from '../../lib/sim/scenario.ts';
import type { Result } from './results.ts';

/** What `--json` prints and `--baseline` reads. */
export interface Saved {
  readonly version: 1;
  readonly results: readonly SavedResult[];
}

export interface SavedResult {
  readonly scenario: string;
  readonly knobs: Readonly<Record<string, unknown>>;
  readonly figures: readonly SavedFigure[];
  readonly runs: readonly { readonly seed: number; readonly hash: string; readonly values: object }[];
  readonly hash: string;
  readonly seconds: number;
  readonly peakMb: number;
}

export interface SavedFigure {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
  readonly target?: Target;
  readonly met?: boolean;
}

export function save(results: readonly Result[]): Saved {
  return { version: 1, results: results.map(saved) };
}

function saved({ scenario, rows, runs, hash, seconds, peakMb }: Result): SavedResult {
  const { name, peers, latency, loss, rounds, settings, seeds } = scenario;
  return {
    scenario: name,
    knobs: { peers, latency, loss, rounds, settings, seeds },
    figures: rows.map(({ figure: { key, label, unit, target }, value, min, max, met }) => ({
      key,
      label,
      value,
      min,
      max,
      ...(unit !== undefined && { unit }),
      ...(target && { target }),
      ...(met !== undefined && { met }),
    })),
    runs: runs.map(({ seed, hash: own, values, events, virtualMs, frames }) => ({
      seed,
      hash: own,
      events,
      virtualMs,
      frames,
      values,
    })),
    hash,
    seconds,
    peakMb,
  };
}
