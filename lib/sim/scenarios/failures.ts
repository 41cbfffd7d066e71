import { componentSizes } from '../graph.ts';
import { directory, noDeadNeighbors } from '../invariants.ts';
import { neighborsOf, type Member } from '../member.ts';
import { meanOf } from '../numbers.ts';
import type { Figure, Outcome, Run, Scenario } from '../scenario.ts';
import type { Simulation } from '../simulation.ts';
import { isWhole, joinAll, randomOf, range, sampleOf, speak, until } from './parts.ts';

/**
 * HyParView's figure (section 5.2, "Effect of failures"): how many of the living are reached after a share of all
 * peers crashed at once. 10,000 peers with views of 5 and 30; sending starts when no living peer lists a dead neighbor;
 * 100 messages 100 ms apart, each from a random living peer, before any shuffle. Reached: delivered within 10 s.
 *
 * - Rejoin off: the seed is among the dead, so that nobody can join again; only passive views repair.
 * - `bound`: the share of the largest component of "living knows living" (either view) just after the crash. Two random
 *   living peers are both in it with probability bound^2, and no protocol reaches more without outside help.
 *   Who is in it may stay alone all the same: when all that it knows are dead, one of those who know it has to ask it,
 *   and they ask only as many as they have places for. Of 1,000 peers, 80 % crashed, it was one peer in 1 of 28 runs.
 * - Rejoin on: the seed lives; shuffles go on.
 *
 * PINGs are made rare and, with rejoin off, shuffles frequent: killed peers reset their connections, and what 8 shuffle
 * rounds do to the views does not depend on how far apart they are. It spares most of the frames of the run.
 */
const shuffles = 8;
const never = 1e9;
const messages = { apart: 100, within: 10_000 };

interface Plan {
  /** Percent that crash. */
  readonly crashed: number;
  readonly rejoin: boolean;
}

function play({ crashed, rejoin }: Plan, { simulation, peers, rounds }: Run): Outcome {
  const shuffleEvery = warmUp(simulation, peers);
  if (!rejoin) simulation.retune({ shuffleEvery: never });
  // Shuffles that are planned still happen; the last of them is over after 1.5 periods.
  if (!rejoin) simulation.runFor(2 * shuffleEvery);
  const before = viewsOf(simulation.live);

  crashAtOnce(simulation, Math.round((peers * crashed) / 100), rejoin);
  const { live } = simulation;

  const bound = largestKnown(live);
  const clean = until(simulation, () => noDeadNeighbors(directory(live)).length === 0, 60_000, 50);
  const wholeAfter = rejoin ? until(simulation, () => isWhole(simulation), 4 * shuffleEvery) : undefined;
  const shares: number[] = [];
  speak(
    simulation,
    { count: rounds, every: messages.apart, who: () => randomOf(simulation, live) },
    (sent) => {
      simulation.clock.schedule(() => shares.push(sent.deliveries / (live.length - 1)), messages.within);
    },
  );
  simulation.runFor(messages.within);
  const reached = 100 * meanOf(shares);
  return {
    values: {
      reached,
      worst: 100 * Math.min(...shares),
      bound: 100 * bound,
      overBound: reached - (100 * bound ** 2 - 2),
      clean,
      ...(wholeAfter !== undefined && { shuffles: wholeAfter / shuffleEvery }),
      passive: before.passive,
      active: before.active,
    },
    points: [
      { chart: 'crash' as const, line: rejoin ? 'one seed alive' : 'reached', x: crashed, y: reached },
      ...(rejoin ? [] : [{ chart: 'crash' as const, line: 'bound²', x: crashed, y: 100 * bound ** 2 }]),
    ],
  };
}

/** `count` peers at one moment: the seed, unless it is spared, and random others. */
function crashAtOnce(simulation: Simulation, count: number, spared: boolean): void {
  const [seed, ...others] = simulation.members;
  const chosen = spared ? [] : [seed!];
  for (const member of [...chosen, ...sampleOf(simulation, others, count - chosen.length)])
    simulation.crash(member);
}

/** Joins everybody and lets the views become random samples; returns the shuffle period. */
export function warmUp(simulation: Simulation, peers: number): number {
  joinAll(simulation, { peers, perSecond: Math.max(100, peers / 10) });
  const { shuffleEvery } = simulation.members[0]!.settings;
  simulation.runFor(shuffles * shuffleEvery);
  until(simulation, () => isWhole(simulation), 60_000, 1000);
  return shuffleEvery;
}

const viewsOf = (live: readonly Member[]) => ({
  active: meanOf(live.map((member) => neighborsOf(member).length)),
  passive: meanOf(live.map(({ state }) => state?.overlay.passive.size ?? 0)),
});

/** Share of the living in the largest component of the graph of who remembers whom, in either view. */
function largestKnown(live: readonly Member[]): number {
  const place = new Map(live.map(({ address }, at) => [address, at]));
  const edges = live.flatMap((member, at) =>
    [...neighborsOf(member).map(({ address }) => address), ...(member.state?.overlay.passive.keys() ?? [])]
      .map((address) => place.get(address))
      .filter((other) => other !== undefined)
      .map((other) => [at, other] as const),
  );
  return componentSizes(live.length, edges)[0]! / live.length;
}

const figures = ({ crashed, rejoin }: Plan): readonly Figure[] => [
  {
    key: 'reached',
    label: 'living peers reached',
    over: 'mean',
    unit: '%',
    ...((rejoin || crashed <= 90) && {
      target: { op: '>=', value: rejoin ? 100 : crashed <= 80 ? 99.9 : 98, from: 'our aim' },
    }),
  },
  ...(crashed > 90 && !rejoin
    ? [
        {
          key: 'overBound',
          label: 'reached less (bound² - 2 points)',
          over: 'mean',
          unit: 'points',
          target: { op: '>=', value: 0, from: 'our aim' },
        } as const,
      ]
    : []),
  ...(rejoin
    ? [
        {
          key: 'shuffles',
          label: 'whole after shuffle rounds',
          over: 'max',
          target: { op: '<=', value: 4, from: 'our aim' },
        } as const,
      ]
    : []),
  { key: 'worst', label: 'worst message', over: 'min', unit: '%' },
  { key: 'bound', label: 'bound', over: 'mean', unit: '%' },
  { key: 'clean', label: 'nobody lists a dead neighbor after', over: 'max', unit: 'ms' },
  { key: 'active', label: 'active view before', over: 'mean' },
  { key: 'passive', label: 'passive view before', over: 'mean' },
];

const scenario = (plan: Plan): Scenario => ({
  name: `hyparview-${plan.rejoin ? 'rejoin-' : ''}${plan.crashed}`,
  group: plan.rejoin ? 'hyparview-rejoin' : 'hyparview',
  about:
    `HyParView's figure: ${plan.crashed} % of the peers crash at once, then \`rounds\` messages 100 ms apart from random ` +
    (plan.rejoin
      ? 'living peers; the seed is alive and shuffles go on.'
      : 'living peers, before any shuffle and with the seed dead; passive views alone repair.'),
  peers: 10_000,
  latency: range(10, 50),
  loss: 0,
  rounds: 100,
  settings: { pingAfter: 10_000, ...(!plan.rejoin && { shuffleEvery: 2000 }) },
  seeds: [1],
  figures: figures(plan),
  play: (run) => play(plan, run),
});

const shares = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95];

export const failureScenarios: readonly Scenario[] = [
  ...shares.map((crashed) => scenario({ crashed, rejoin: false })),
  ...[80, 90, 95].map((crashed) => scenario({ crashed, rejoin: true })),
];
