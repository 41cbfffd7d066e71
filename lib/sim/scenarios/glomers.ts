import { quantileOf, sumOf } from '../numbers.ts';
import type { Sent } from '../ledger.ts';
import type { Figure, Outcome, Run, Scenario } from '../scenario.ts';
import type { Simulation } from '../simulation.ts';
import { isWhole, joinAll, randomOf, range, seedsUpTo, until } from './parts.ts';

/**
 * Gossip Glomers, challenge 3d and 3e (fly.io): 25 nodes, 100 ms a hop, 100 operations a second for 20 s, of which
 * every other one is a broadcast from a random node; the others are reads, which cost no message. A message is any
 * frame between peers after joining, PINGs included, and k frames that travel as one count k. Latency is from the
 * publish to the last peer.
 */
const opsPerSecond = 100;
const drain = 5000;

function play({ simulation, peers, rounds }: Run): Outcome {
  ready(simulation, peers);
  const before = simulation.network.tap.counts();
  const sent = operations(simulation, rounds);
  const during = simulation.network.tap.counts();
  simulation.runFor(drain);
  const after = simulation.network.tap.counts();
  const latencies = sent.map(({ lastAt, publishedAt }) => lastAt - publishedAt);
  const operationCount = rounds * opsPerSecond;
  return {
    values: {
      messages: (during.framesSent - before.framesSent) / operationCount,
      drained: (after.framesSent - before.framesSent) / operationCount,
      payloads: (during.payloads - before.payloads) / operationCount,
      packets: (during.packets - before.packets) / operationCount,
      median: quantileOf(latencies, 0.5),
      p99: quantileOf(latencies, 0.99),
      max: Math.max(...latencies),
      missed: missedOf(sent, peers),
    },
    points: [0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1].map((share) => ({
      chart: 'glomers' as const,
      line: `${peers} peers`,
      x: share,
      y: quantileOf(latencies, share),
    })),
  };
}

/** A silent partition into two halves of 10 s in the middle of it; everything must be everywhere at the end. */
function playParted({ simulation, peers, rounds }: Run): Outcome {
  ready(simulation, peers);
  simulation.clock.schedule(() => simulation.network.part(({ index }) => index % 2), 5000);
  simulation.clock.schedule(() => simulation.network.heal(), 15_000);
  const sent = operations(simulation, rounds);
  const healed = until(simulation, () => missedOf(sent, peers) === 0, 60_000);
  return { values: { missed: missedOf(sent, peers), healed: healed + rounds * 1000 - 15_000 } };
}

function ready(simulation: Simulation, peers: number): void {
  joinAll(simulation, { peers, perSecond: 100 });
  until(simulation, () => isWhole(simulation), 30_000);
  simulation.runFor(5000);
}

function operations(simulation: Simulation, seconds: number): readonly Sent[] {
  const sent: Sent[] = [];
  for (let op = 0; op < seconds * opsPerSecond; op++) {
    simulation.stage = { name: 'operations', share: op / (seconds * opsPerSecond) };
    if (op % 2 === 0) sent.push(simulation.publish(randomOf(simulation, simulation.live))!);
    simulation.runFor(1000 / opsPerSecond);
  }
  return sent;
}

const missedOf = (sent: readonly Sent[], peers: number) =>
  sumOf(sent, ({ deliveries }) => peers - 1 - deliveries);

const figures: readonly Figure[] = [
  {
    key: 'messages',
    label: 'messages an operation',
    over: 'max',
    target: { op: '<', value: 20, from: 'Gossip Glomers 3e' },
  },
  {
    key: 'median',
    label: 'median latency',
    over: 'max',
    unit: 'ms',
    target: { op: '<', value: 400, from: 'Gossip Glomers 3d' },
  },
  {
    key: 'max',
    label: 'max latency',
    over: 'max',
    unit: 'ms',
    target: { op: '<', value: 600, from: 'Gossip Glomers 3d' },
  },
  { key: 'missed', label: 'missed', over: 'max', target: { op: '=', value: 0, from: 'our aim' } },
  { key: 'p99', label: '99 % latency', over: 'max', unit: 'ms' },
  { key: 'payloads', label: 'payloads an operation', over: 'mean' },
  { key: 'packets', label: 'packets an operation', over: 'mean' },
  { key: 'drained', label: 'messages an operation, 5 s of draining included', over: 'mean' },
];

const common = { peers: 25, latency: range(100), loss: 0, rounds: 20, seeds: seedsUpTo(20) } as const;

export const glomersScenarios: readonly Scenario[] = [
  {
    ...common,
    name: 'glomers',
    group: 'glomers',
    about:
      'Gossip Glomers: 100 operations a second for `rounds` seconds, half of them broadcasts from random peers, 100 ms a hop.',
    settings: glomersKnobs(),
    figures,
    play,
  },
  {
    ...common,
    name: 'glomers-default',
    group: 'glomers-default',
    about: 'The same with every knob at its default: what it costs to change none.',
    settings: {},
    figures: figures.map(({ target, ...figure }) =>
      figure.key === 'missed' && target ? { ...figure, target } : figure,
    ),
    play,
  },
  {
    ...common,
    name: 'glomers-partition',
    group: 'glomers',
    about:
      'The same load with a silent partition into halves from second 5 to 15; then everything must be everywhere.',
    settings: glomersKnobs(),
    figures: [
      {
        key: 'missed',
        label: 'missed at the end',
        over: 'max',
        target: { op: '=', value: 0, from: 'our aim' },
      },
      { key: 'healed', label: 'nothing missing after the heal in', over: 'max', unit: 'ms' },
    ],
    play: playParted,
  },
];

/**
 * Which knobs differ from the defaults: trees start from a flood, so that the first message of an origin is
 * not late; IHAVEs are collected for longer, and a graft waits for them, because most announce what is there.
 */
function glomersKnobs() {
  return { floodFirst: true, ihaveDelay: 500, graftMin: 1000 };
}
