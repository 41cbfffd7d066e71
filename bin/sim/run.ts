import { mix } from '../../lib/sim/seed.ts';
import { play, type Played, type Scenario } from '../../lib/sim/scenario.ts';
import type { Simulation } from '../../lib/sim/simulation.ts';
import type { Options } from './flags.ts';
import { bar, type Progress } from './progress.ts';
import { rowsOf, type Result } from './results.ts';

/** The scenario with what the command line changes in it. */
export function changed(scenario: Scenario, options: Options): Scenario {
  const { peers, latency, loss, rounds, seeds, set } = options;
  return {
    ...scenario,
    ...(peers !== undefined && { peers }),
    ...(latency !== undefined && { latency }),
    ...(loss !== undefined && { loss }),
    ...(rounds !== undefined && { rounds }),
    ...(seeds !== undefined && { seeds }),
    settings: { ...scenario.settings, ...set },
  };
}

/** Plays a scenario once for each of its seeds. */
export function runScenario(scenario: Scenario, progress: Progress, now: () => number): Result {
  const begun = now();
  const runs: Played[] = [];
  for (const seed of scenario.seeds) {
    const where = ({ clock, live, stage }: Simulation) =>
      `${bar(stage.share)} ${scenario.name}, seed ${runs.length + 1} of ${scenario.seeds.length}, ${stage.name}: ` +
      `${(clock.now() / 1000).toFixed(1)} s virtual, ${live.length} peers, ${clock.events} events`;
    const started = now();
    const played = play(scenario, seed, {}, (simulation) => progress.tell(() => where(simulation)));
    const values = { ...played.values, seconds: (now() - started) / 1000, peakMb: peakMb() };
    runs.push({ ...played, values });
  }
  progress.clear();
  return {
    scenario,
    runs,
    rows: rowsOf(scenario, runs),
    hash: hashOf(runs.map(({ hash }) => hash)),
    seconds: (now() - begun) / 1000,
    peakMb: peakMb(),
  };
}

/** The most memory this process has had so far. */
const peakMb = () => process.resourceUsage().maxRSS / 1024;

/** One run's own hash; of several, a hash of theirs. */
function hashOf(hashes: readonly string[]): string {
  if (hashes.length === 1) return hashes[0]!;
  const words = hashes.flatMap((hash) => [parseInt(hash.slice(0, 8), 16), parseInt(hash.slice(8), 16)]);
  return [mix(...words), mix(1, ...words)].map((half) => half.toString(16).padStart(8, '0')).join('');
}
