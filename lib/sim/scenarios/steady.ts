import { flood } from '../graph.ts';
import { neighborsOf, type Member } from '../member.ts';
import { meanOf, sumOf } from '../numbers.ts';
import type { Outcome, Run, Scenario } from '../scenario.ts';
import type { Simulation } from '../simulation.ts';
import { joinAll, range, until, isWhole } from './parts.ts';

/**
 * Plumtree's steady state (section 4.1): one sender, a tree that has settled. Messages 11 to 40 of it, one a second.
 * RMR: payloads received / (n - 1) - 1. The last delivery hop is held against a flood's first delivery on the very same
 * links and latencies, which is computed (Dijkstra) instead of run.
 */
const warmUpMessages = 10;

function play({ simulation, peers, rounds }: Run): Outcome {
  joinAll(simulation, { peers, seeds: 3, perSecond: Math.max(100, peers / 10) });
  until(simulation, () => isWhole(simulation), 120_000, 1000);
  simulation.runFor(10_000);
  const sender = simulation.members[Math.floor(simulation.random() * peers)]!;
  const rows: { rmr: number; hop: number; flood: number; missed: number; after: number; control: number }[] =
    [];
  for (let at = 0; at < warmUpMessages + rounds; at++) {
    simulation.stage = { name: 'messages', share: at / (warmUpMessages + rounds) };
    const before = simulation.network.tap.counts();
    const best = at < warmUpMessages ? 0 : floodHops(simulation, sender);
    const sent = simulation.publish(sender)!;
    simulation.runFor(1000);
    const after = simulation.network.tap.counts();
    const payloads = after.payloads - before.payloads;
    rows.push({
      rmr: payloads / (peers - 1) - 1,
      hop: sent.lastHop,
      flood: best,
      missed: peers - 1 - sent.deliveries,
      after: sent.lastAt - sent.publishedAt,
      control: (after.control - before.control) / (peers - 1),
    });
  }
  simulation.runFor(5000);
  const steady = rows.slice(warmUpMessages);
  return {
    values: {
      rmr: meanOf(steady.map(({ rmr }) => rmr)),
      rmrMax: Math.max(...steady.map(({ rmr }) => rmr)),
      hop: meanOf(steady.map(({ hop }) => hop)),
      flood: meanOf(steady.map((row) => row.flood)),
      above: Math.max(...steady.map((row) => row.hop - row.flood)),
      missed: sumOf(simulation.ledger.sent, ({ deliveries }) => peers - 1 - deliveries),
      after: meanOf(steady.map((row) => row.after)),
      control: meanOf(steady.map((row) => row.control)),
    },
    points: rows.flatMap((row, at) => [
      { chart: 'steadyRmr' as const, line: `${peers} peers`, x: at + 1, y: row.rmr },
      { chart: 'steadyHop' as const, line: 'Plumtree', x: at + 1, y: row.hop },
      ...(at < warmUpMessages
        ? []
        : [{ chart: 'steadyHop' as const, line: 'flood', x: at + 1, y: row.flood }]),
    ]),
  };
}

/** The last delivery hop of a flood from `sender` over the active views as they are now. */
function floodHops(simulation: Simulation, sender: Member): number {
  const { live, network } = simulation;
  const place = new Map(live.map(({ id }, at) => [id, at]));
  const graph = live.map((member) =>
    neighborsOf(member)
      .map(({ id }) => place.get(id))
      .filter((other) => other !== undefined),
  );
  const { hops } = flood(graph, place.get(sender.id)!, (a, b) =>
    network.latency(live[a]!.process.machine, live[b]!.process.machine),
  );
  return Math.max(...hops.filter((hop) => hop < Infinity));
}

export const steadyScenarios: readonly Scenario[] = [
  {
    name: 'plumtree',
    group: 'plumtree',
    about: 'Plumtree in its steady state: one sender, messages 11 to 40 (`rounds` of them), 1 s apart.',
    peers: 10_000,
    latency: range(10, 50),
    loss: 0,
    rounds: 30,
    settings: {},
    seeds: [1],
    figures: [
      {
        key: 'rmr',
        label: 'RMR (/ (n - 1))',
        over: 'mean',
        target: { op: '<=', value: 0.02, from: 'our aim' },
      },
      {
        key: 'above',
        label: 'last hop above a flood’s, worst',
        over: 'max',
        target: { op: '<=', value: 2, from: 'our aim' },
      },
      { key: 'missed', label: 'missed', over: 'max', target: { op: '=', value: 0, from: 'our aim' } },
      { key: 'rmrMax', label: 'RMR of the worst message', over: 'max' },
      { key: 'hop', label: 'last delivery hop (from 1)', over: 'mean' },
      { key: 'flood', label: 'flood’s last first-delivery hop', over: 'mean' },
      { key: 'after', label: 'last delivery after', over: 'mean', unit: 'ms' },
      { key: 'control', label: 'other frames a delivery', over: 'mean' },
    ],
    play,
  },
];
