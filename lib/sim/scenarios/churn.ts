import { directory, type Directory } from '../invariants.ts';
import { heardBy, type Sent } from '../ledger.ts';
import { hasNeighbor, neighborsOf, type Member } from '../member.ts';
import { meanOf, sumOf } from '../numbers.ts';
import type { Outcome, Run, Scenario } from '../scenario.ts';
import { addressOf, type Simulation } from '../simulation.ts';
import { isWhole, joinAll, randomOf, range, sampleOf, until } from './parts.ts';

/**
 * Churn: every second 1 % of the peers are replaced by new ones at new addresses. Half of them leave; of the others one
 * half is killed (connections are reset) and one half loses power (silence: only PINGs find out). One message a second
 * from a random peer: everyone who had a neighbor when it was published and is alive 10 s later must have it by then.
 */
const share = 0.01;
const checkAfter = 10_000;
const lookEvery = 100;

function play({ simulation, peers, rounds, latency, settings }: Run): Outcome {
  const seeds = 5;
  joinAll(simulation, { peers, seeds, perSecond: 100 });
  until(simulation, () => isWhole(simulation), 60_000, 500);
  const { pingAfter, pingAgain, pingTries } = { ...simulation.members[0]!.settings, ...settings };
  const patience = pingAfter + pingTries * pingAgain + 2 * latency.max;
  const oneSided = watchOneSided(simulation);
  const missed: number[] = [];
  const alone: number[] = [];
  const seedAddresses = Array.from({ length: seeds }, (_, at) => addressOf(at));

  for (let second = 0; second < rounds; second++) {
    simulation.stage = { name: 'churn', share: second / rounds };
    replace(simulation, Math.max(1, Math.round(peers * share)), seeds, seedAddresses);
    const sent = simulation.publish(randomOf(simulation, simulation.live.filter(hasNeighbor)))!;
    const audience = simulation.live.filter(hasNeighbor);
    alone.push(simulation.live.length - audience.length);
    simulation.clock.schedule(() => missed.push(missedOf(sent, audience)), checkAfter);
    for (let at = 0; at < 1000; at += lookEvery) {
      simulation.runFor(lookEvery);
      oneSided.look();
    }
  }
  simulation.runFor(checkAfter);
  return {
    values: {
      missed: sumOf(missed, (count) => count),
      messagesMissed: missed.filter((count) => count > 0).length,
      oneSided: oneSided.oldest(),
      late: oneSided.olderThan(patience),
      patience,
      alone: meanOf(alone),
      gaps: simulation.notices.get('gap') ?? 0,
      doubled: simulation.ledger.doubled,
    },
    points: missed.map((count, at) => ({
      chart: 'churn' as const,
      line: 'missed',
      x: at,
      y: count,
    })),
  };
}

/** The seeds stay: they are what newcomers are told of. */
function replace(simulation: Simulation, count: number, seeds: number, addresses: readonly string[]): void {
  const candidates = simulation.live.filter(({ index }) => index >= seeds);
  sampleOf(simulation, candidates, count).forEach((member, at) => {
    const turn = simulation.members.length + at;
    if (turn % 2 === 0) simulation.leave(member);
    else if (turn % 4 === 1) simulation.crash(member);
    else simulation.powerOff(member);
  });
  for (let at = 0; at < count; at++) simulation.start(addresses);
}

const missedOf = (sent: Sent, audience: readonly Member[]) =>
  audience.filter((member) => member.alive && member !== sent.origin && !heardBy(sent, member)).length;

/** How long entries of active views are one-sided: I list you and you do not list me, or are gone. */
function watchOneSided(simulation: Simulation) {
  let since = new Map<string, number>();
  const ages: number[] = [];
  return {
    look() {
      const before = since;
      since = new Map();
      for (const pair of oneSidedPairs(directory(simulation.live))) {
        const at = before.get(pair) ?? simulation.now();
        since.set(pair, at);
        ages.push(simulation.now() - at);
      }
    },
    /** From the first look that saw an entry to the last: it is at least so old, and less than a look older on either side. */
    oldest: () => ages.reduce((a, b) => Math.max(a, b), 0),
    olderThan: (limit: number) => ages.filter((age) => age > limit).length,
  };
}

function oneSidedPairs({ live, byId }: Directory): readonly string[] {
  return live.flatMap((member) =>
    neighborsOf(member).flatMap(({ id }) => {
      const other = byId.get(id);
      const back = other !== undefined && neighborsOf(other).some((one) => one.id === member.id);
      return back ? [] : [`${member.index} ${id}`];
    }),
  );
}

export const churnScenarios: readonly Scenario[] = [
  {
    name: 'churn',
    group: 'churn',
    about:
      '1 % of the peers replaced every second for `rounds` seconds (half leave, half crash), one message a second.',
    peers: 1000,
    latency: range(10, 50),
    loss: 0,
    rounds: 300,
    settings: {},
    seeds: [1],
    figures: [
      {
        key: 'missed',
        label: 'pairs (message, peer) missed',
        over: 'max',
        target: { op: '=', value: 0, from: 'our aim' },
      },
      {
        key: 'late',
        label: 'one-sided entries older than dead time + 2 latencies',
        over: 'max',
        target: { op: '=', value: 0, from: 'our aim' },
      },
      { key: 'oneSided', label: 'oldest one-sided entry', over: 'max', unit: 'ms' },
      { key: 'patience', label: 'dead time + 2 latencies', over: 'max', unit: 'ms' },
      { key: 'messagesMissed', label: 'messages missed by someone', over: 'max' },
      { key: 'alone', label: 'peers without a neighbor at a publish', over: 'mean' },
      { key: 'gaps', label: 'gaps reported', over: 'max' },
      {
        key: 'doubled',
        label: 'delivered twice',
        over: 'max',
        target: { op: '=', value: 0, from: 'our aim' },
      },
    ],
    play,
  },
];
