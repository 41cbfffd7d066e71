import { heardBy } from '../../lib/sim/ledger.ts';
import { hasNeighbor, neighborsOf } from '../../lib/sim/member.ts';
import { isWhole, joinAll, sampleOf, until } from '../../lib/sim/scenarios/parts.ts';
import { addressOf, hostOf, Simulation } from '../../lib/sim/simulation.ts';

const latency = { min: 10, max: 50 };

/** A little of everything that draws numbers or takes time. */
function busyRun(seed: number, loss = 0.02): Simulation {
  const simulation = new Simulation({ seed, latency, loss });
  joinAll(simulation, { peers: 12, seeds: 2, perSecond: 20 });
  for (let at = 0; at < 10; at++) {
    simulation.publish(simulation.live[at % simulation.live.length]!);
    simulation.runFor(200);
    if (at === 4) simulation.crash(simulation.live[3]!);
    if (at === 5) simulation.leave(simulation.live[4]!);
    if (at === 6) simulation.start([addressOf(0)]);
    if (at === 7) simulation.network.part(({ index }) => index % 2);
    if (at === 8) simulation.network.heal();
  }
  simulation.runFor(3000);
  return simulation;
}

describe('a simulation', () => {
  it('is the same run for the same seed, to the last byte, also after other runs in the same process', () => {
    const first = busyRun(1);
    const other = busyRun(2);
    const again = busyRun(1);
    const facts = ({ network, clock, ledger }: Simulation) => [
      network.tap.hash,
      clock.events,
      clock.pending,
      clock.now(),
      ledger.deliveries,
      network.tap.counts(),
    ];
    expect(facts(again)).toEqual(facts(first));
    expect(other.network.tap.hash).not.toBe(first.network.tap.hash);
  });

  it('runs whole peers: they join, are mutual neighbors and hear each other once', () => {
    const simulation = new Simulation({ seed: 3, latency });
    joinAll(simulation, { peers: 8 });
    expect(until(simulation, () => isWhole(simulation), 5000)).toBeLessThan(2000);
    const sent = simulation.publish(simulation.members[5]!)!;
    expect(simulation.runUntil(() => sent.deliveries === 7, 5000)).toBe(true);
    simulation.runFor(5000);
    expect([sent.deliveries, simulation.ledger.deliveries, simulation.ledger.doubled]).toEqual([7, 7, 0]);
    expect(simulation.members.filter((member) => heardBy(sent, member))).toHaveLength(7);
    expect(sent.lastHop).toBeGreaterThanOrEqual(1);
  });

  it('tells who leaves, who crashes and who loses power apart by how the others find out', () => {
    const gone = (how: 'leave' | 'crash' | 'powerOff') => {
      const simulation = new Simulation({ seed: 4, latency });
      joinAll(simulation, { peers: 3 });
      until(simulation, () => isWhole(simulation), 5000);
      simulation.runFor(1000);
      simulation[how](simulation.members[2]!);
      const forgotten = () => simulation.live.every((member) => neighborsOf(member).length === 1);
      return until(simulation, forgotten, 10_000, 10);
    };
    expect(gone('leave')).toBeLessThan(100);
    expect(gone('crash')).toBeLessThan(100);
    expect(gone('powerOff')).toBeGreaterThan(3000);
    expect(gone('powerOff')).toBeLessThan(5000);
  });

  it('keeps a hung peer’s links until PINGs find it out', () => {
    const simulation = new Simulation({ seed: 5, latency });
    joinAll(simulation, { peers: 3 });
    simulation.runFor(3000);
    const [, one, hung] = simulation.members;
    hung!.process.hang();
    simulation.runFor(2000);
    expect(neighborsOf(one!)).toHaveLength(2);
    expect(simulation.publish(hung!)).toBeUndefined();
    simulation.runFor(4000);
    expect(neighborsOf(one!)).toHaveLength(1);
    hung!.process.resume();
    expect(until(simulation, () => isWhole(simulation), 30_000)).toBeLessThan(30_000);
  });

  it('gives a restarted peer another id at its old address', () => {
    const simulation = new Simulation({ seed: 6, latency });
    joinAll(simulation, { peers: 3 });
    simulation.runFor(1000);
    const old = simulation.members[1]!;
    simulation.crash(old);
    const fresh = simulation.start([addressOf(0)], hostOf(1));
    simulation.runFor(1000);
    expect(fresh.address).toBe(old.address);
    expect(fresh.id).not.toBe(old.id);
    expect(hasNeighbor(fresh)).toBe(true);
    expect(isWhole(simulation)).toBe(true);
  });

  it('keeps nothing of peers that are gone', () => {
    const simulation = new Simulation({ seed: 7, latency });
    joinAll(simulation, { peers: 4 });
    simulation.runFor(1000);
    for (const member of simulation.live) simulation.crash(member);
    simulation.runFor(1_000_000);
    expect(simulation.clock.pending).toBe(0);
    expect(simulation.members.every(({ peer, state }) => peer === undefined && state === undefined)).toBe(
      true,
    );
    expect(simulation.members.every(({ process }) => process.links.size === 0)).toBe(true);
  });

  it('passes on what ends a peer by itself instead of running on without it', () => {
    const simulation = new Simulation({ seed: 8, latency });
    simulation.start([]);
    simulation.runFor(10);
    // Two processes on one port: listening fails, and with it the peer.
    simulation.start([], hostOf(0));
    expect(() => simulation.runFor(10)).toThrow('port already in use');
  });

  it('draws samples without repetition', () => {
    const simulation = new Simulation({ seed: 9, latency });
    const drawn = sampleOf(simulation, [1, 2, 3, 4, 5], 4);
    expect(new Set(drawn).size).toBe(4);
    expect(sampleOf(simulation, [1, 2], 5).sort()).toEqual([1, 2]);
  });
});
