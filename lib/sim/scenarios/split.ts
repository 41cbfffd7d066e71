import { componentsOf, directory } from '../invariants.ts';
import { neighborsOf, type Member } from '../member.ts';
import { sumOf } from '../numbers.ts';
import type { Outcome, Run, Scenario } from '../scenario.ts';
import type { Sent } from '../ledger.ts';
import type { Simulation } from '../simulation.ts';
import { isWhole, joinAll, randomOf, range, seedsUpTo, until } from './parts.ts';

/**
 * Halves that do not hear each other for 60 s (no link goes down: silence), one message a second on each side. HyParView
 * alone would stay split for ever; here seeds and lost neighbors are probed, and marks tell what was missed. Within
 * 30 s of the heal: one component, at least min(3, n / 2) links across, and every message everywhere.
 */
const within = 30_000;

function play({ simulation, peers, rounds }: Run): Outcome {
  joinAll(simulation, { peers, seeds: 2, perSecond: 100 });
  until(simulation, () => isWhole(simulation), 60_000);
  simulation.runFor(10_000);

  const half = new Set(simulation.members.filter((_, at) => at % 2 === 0));
  const sideOf = (member: Member) => (half.has(member) ? 0 : 1);
  simulation.network.part(({ index }) => index % 2);
  const sent: Sent[] = [];
  for (let second = 0; second < rounds; second++) {
    simulation.stage = { name: 'silence', share: second / rounds };
    for (const side of [0, 1]) {
      const voices = simulation.live.filter((member) => sideOf(member) === side);
      sent.push(simulation.publish(randomOf(simulation, voices))!);
    }
    simulation.runFor(1000);
  }
  const parts = componentsOf(directory(simulation.live));
  const withinSides = missedWithin(sent, peers);
  simulation.network.heal();
  const needed = Math.min(3, peers / 2);
  const joined = () =>
    componentsOf(directory(simulation.live)).length === 1 && linksAcross(simulation, sideOf) >= needed;
  const heard = () => sumOf(sent, ({ deliveries }) => peers - 1 - deliveries);
  const begun = simulation.now();
  let joinedAfter = Infinity;
  const allAfter = until(
    simulation,
    () => {
      const one = joined();
      if (one) joinedAfter = Math.min(joinedAfter, simulation.now() - begun);
      return one && heard() === 0;
    },
    2 * within,
    250,
  );
  return {
    values: {
      allAfter,
      joinedAfter,
      missed: heard(),
      gaps: simulation.notices.get('gap') ?? 0,
      across: linksAcross(simulation, sideOf),
      parts: parts.length,
      withinSides,
    },
  };
}

/** Pairs of neighbors of which one is on either side. */
function linksAcross(simulation: Simulation, sideOf: (member: Member) => number): number {
  const { live, byId } = directory(simulation.live);
  const ends = sumOf(live, (member) =>
    sumOf(neighborsOf(member), ({ id }) => {
      const other = byId.get(id);
      return other !== undefined && sideOf(other) !== sideOf(member) ? 1 : 0;
    }),
  );
  return ends / 2;
}

/** What of their own side's messages peers had not got when the silence ended. */
const missedWithin = (sent: readonly Sent[], peers: number) =>
  sumOf(sent.slice(0, -2), ({ deliveries, origin }) =>
    Math.max(0, (origin.index % 2 === 0 ? Math.ceil(peers / 2) : Math.floor(peers / 2)) - 1 - deliveries),
  );

const scenario = (peers: number): Scenario => ({
  name: `split-${peers}`,
  group: 'split',
  about:
    `${peers} peers, silence between two halves for \`rounds\` seconds with one message a second on each side; ` +
    'then how long until one component has everything.',
  peers,
  latency: range(10, 50),
  loss: 0,
  rounds: 60,
  settings: { storeAge: 120_000 },
  seeds: peers > 100 ? [1] : seedsUpTo(10),
  figures: [
    {
      key: 'joinedAfter',
      label: 'one component with links across after',
      over: 'max',
      unit: 'ms',
      target: { op: '<=', value: within, from: 'our aim' },
    },
    {
      key: 'allAfter',
      label: 'every message everywhere after',
      over: 'max',
      unit: 'ms',
      target: { op: '<=', value: within, from: 'our aim' },
    },
    {
      key: 'missed',
      label: 'missed in the end',
      over: 'max',
      target: { op: '=', value: 0, from: 'our aim' },
    },
    { key: 'across', label: 'links across', over: 'min' },
    { key: 'gaps', label: 'gaps reported', over: 'max' },
    { key: 'parts', label: 'components before the heal', over: 'mean' },
    { key: 'withinSides', label: 'missed on their own side before the heal', over: 'max' },
  ],
  play,
});

export const splitScenarios: readonly Scenario[] = [4, 50, 1000].map(scenario);
