import { directory, noDeadNeighbors, noGhosts } from '../invariants.ts';
import type { Outcome, Run, Scenario } from '../scenario.ts';
import { addressOf } from '../simulation.ts';
import { isWhole, joinAll, range, until } from './parts.ts';

/**
 * Everybody is restarted within 10 s, at random moments and for a second each: new processes with new ids at the old
 * addresses. Nothing of the old ones may stay: no view holds an id that is not running 5 minutes later.
 */
const window = 10_000;
const downFor = 1000;
const seedCount = 3;

function play({ simulation, peers, rounds }: Run): Outcome {
  joinAll(simulation, { peers, seeds: seedCount, perSecond: 100 });
  until(simulation, () => isWhole(simulation), 60_000, 500);
  simulation.runFor(10_000);
  const seeds = Array.from({ length: seedCount }, (_, at) => addressOf(at));
  for (const member of simulation.live) {
    simulation.clock.schedule(
      () => {
        simulation.crash(member);
        simulation.clock.schedule(() => {
          const others = seeds.filter((seed) => seed !== member.address);
          simulation.start(others, member.process.machine.host);
        }, downFor);
      },
      simulation.random() * (window - downFor),
    );
  }
  simulation.runFor(window);
  const whole = until(simulation, () => isWhole(simulation), 120_000);
  simulation.runFor(Math.max(0, rounds * 60_000 - (whole < Infinity ? whole : 120_000)));
  const all = directory(simulation.live);
  return {
    values: {
      whole,
      dead: noDeadNeighbors(all).length,
      ghosts: noGhosts(all).length,
      live: all.live.length,
    },
  };
}

export const restartScenarios: readonly Scenario[] = [
  {
    name: 'restart',
    group: 'restart',
    about:
      'All peers restarted within 10 s, ids new, addresses kept; looked at again `rounds` minutes later.',
    peers: 500,
    latency: range(10, 50),
    loss: 0,
    rounds: 5,
    settings: {},
    seeds: [1, 2, 3],
    figures: [
      {
        key: 'whole',
        label: 'one component, views mutual, nobody dead in them after',
        over: 'max',
        unit: 'ms',
        target: { op: '<=', value: 30_000, from: 'our aim' },
      },
      {
        key: 'dead',
        label: 'view entries with an id that is not running',
        over: 'max',
        target: { op: '=', value: 0, from: 'our aim' },
      },
      {
        key: 'ghosts',
        label: '... or an address where nobody is',
        over: 'max',
        target: { op: '=', value: 0, from: 'our aim' },
      },
    ],
    play,
  },
];
