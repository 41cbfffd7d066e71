import { directory, noOneIsAlone, oneComponent } from '../invariants.ts';
import { sumOf } from '../numbers.ts';
import type { Figure, Outcome, Run, Scenario } from '../scenario.ts';
import { joinAll, randomOf, range, speak, until } from './parts.ts';

/**
 * What a large network costs to simulate, with default timers: everybody joins until each has a neighbor and all are one
 * component, then `rounds` broadcasts 100 ms apart from random peers. Seconds and peak memory are measured by the command
 * (`lib/sim` looks at no wall clock); for one core: `taskset -c 0`.
 */
function play({ simulation, peers, rounds }: Run): Outcome {
  joinAll(simulation, { peers, seeds: 10, told: 1, perSecond: Math.max(100, peers / 10) });
  const whole = () => {
    const all = directory(simulation.live);
    return noOneIsAlone(all).length === 0 && oneComponent(all).length === 0;
  };
  const settled = until(simulation, whole, 60_000, 1000);
  const joined = simulation.network.tap.counts();
  const joinedAt = simulation.now();
  speak(simulation, { count: rounds, every: 100, who: () => randomOf(simulation, simulation.live) });
  if (rounds > 0) simulation.runFor(2000);
  const after = simulation.network.tap.counts();
  return {
    values: {
      settled,
      virtual: joinedAt,
      frames: after.framesReceived,
      joinFrames: joined.framesReceived / peers,
      missed: sumOf(simulation.ledger.sent, ({ deliveries }) => peers - 1 - deliveries),
      rmr: rounds > 0 ? (after.payloads - joined.payloads) / (rounds * (peers - 1)) - 1 : 0,
    },
  };
}

const scenario = (
  peers: number,
  rounds: number,
  targets: Pick<Scenario, 'figures'>['figures'],
): Scenario => ({
  name: `cost-${peers}`,
  group: `cost-${peers}`,
  about: `What ${peers} peers cost: all join, then \`rounds\` broadcasts 100 ms apart. Run it under taskset -c 0.`,
  peers,
  latency: range(10, 50),
  loss: 0,
  rounds,
  settings: {},
  seeds: [1],
  figures: [
    ...targets,
    { key: 'settled', label: 'one component after the last join in', over: 'max', unit: 'ms' },
    { key: 'missed', label: 'missed', over: 'max' },
    { key: 'rmr', label: 'RMR', over: 'mean' },
    { key: 'frames', label: 'frames', over: 'mean' },
    { key: 'joinFrames', label: 'frames a join', over: 'mean' },
  ],
  play,
});

const limit = (key: string, label: string, value: number, unit: string): Figure => ({
  key,
  label,
  over: 'max',
  unit,
  target: { op: '<=', value, from: 'our aim' },
});

export const costScenarios: readonly Scenario[] = [
  scenario(10_000, 100, [limit('seconds', 'wall time', 60, 's'), limit('peakMb', 'peak memory', 2000, 'MB')]),
  scenario(100_000, 0, [
    { key: 'seconds', label: 'wall time', over: 'max', unit: 's' },
    limit('peakMb', 'peak memory', 16_000, 'MB'),
  ]),
];
