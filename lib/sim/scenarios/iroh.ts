import { sumOf } from '../numbers.ts';
import type { Figure, Outcome, Run, Scenario, Target } from '../scenario.ts';
import type { Sent } from '../ledger.ts';
import { addressOf } from '../simulation.ts';

/**
 * The eight simulations of iroh-gossip (its `simulations/all.toml`) by the rules of its `src/proto/sim.rs`, version
 * 0.101.0: peer 0 starts alone and all others join through it at time 0; the rounds begin 20 times the largest latency
 * later, whatever the overlay looks like by then. A round ends at its last first-delivery (at most 5 s) and the next
 * begins at that very moment: the first, cold round counts, and duplicates still on their way count in the next one.
 *
 * RMR (relative message redundancy): payloads received, duplicates included, / (n - 1) - 1; 0 is a perfect tree.
 * iroh-gossip divides by the deliveries less one, (n - 2), so that its perfect tree is 1 / (n - 2): both are printed and
 * its own is compared. LDH (last delivery hop): iroh-gossip counts from 0 at the first neighbor, our `hop` from 1.
 */
interface Rules {
  readonly sends: 'single' | 'multi' | 'all';
  readonly nodes: number;
  readonly rounds: number;
  /**
   * Means over rounds and seeds of iroh-gossip's own `sim` binary, from its per-seed results (the table that it prints
   * is the minimum over the seeds): with the 4 seeds of its `all.toml`, and with 100 others, because the hops of so few
   * runs are mostly chance (standard error of the 4-seed mean at 20 peers: 0.33 hops).
   */
  readonly theirs: readonly [rmr: number, ldh: number];
  readonly theirs100: readonly [rmr: number, ldh: number];
}

const measured: readonly Rules[] = [
  { sends: 'single', nodes: 20, rounds: 30, theirs: [0.147, 2.75], theirs100: [0.15, 3.08] },
  { sends: 'single', nodes: 100, rounds: 30, theirs: [0.089, 6.0], theirs100: [0.087, 5.8] },
  { sends: 'single', nodes: 1000, rounds: 30, theirs: [0.075, 13.75], theirs100: [0.074, 13.59] },
  { sends: 'multi', nodes: 20, rounds: 30, theirs: [0.424, 4.77], theirs100: [0.437, 5.07] },
  { sends: 'multi', nodes: 100, rounds: 30, theirs: [0.48, 10.44], theirs100: [0.468, 10.34] },
  { sends: 'multi', nodes: 1000, rounds: 30, theirs: [0.469, 21.2], theirs100: [0.476, 21.01] },
  { sends: 'all', nodes: 20, rounds: 30, theirs: [1.392, 5.42], theirs100: [1.376, 5.55] },
  { sends: 'all', nodes: 100, rounds: 5, theirs: [1.074, 10.9], theirs100: [1.045, 10.35] },
];

const source = 'iroh-gossip 0.101.0';
const source100 = `${source}, 100 seeds`;
const roundTimeout = 5000;
/** Ours: rounds so far apart that each has died down before the next. */
const interval = 1000;

const atMost = (value: number, from: string): Target => ({ op: '<=', value, from });
const rmr = 'RMR (iroh: / (deliveries - 1))';
const ldh = 'last delivery hop (from 0)';

const figures = ({ theirs, theirs100 }: Rules): readonly Figure[] => [
  { key: 'missed', label: 'missed', over: 'max', target: { op: '=', value: 0, from: 'our aim' } },
  { key: 'rmr', label: rmr, over: 'mean', target: atMost(theirs[0], source) },
  { key: 'rmr100', label: rmr, over: 'mean', target: atMost(theirs100[0], source100) },
  { key: 'ldh', label: ldh, over: 'mean', target: atMost(theirs[1], source) },
  { key: 'ldh100', label: ldh, over: 'mean', target: atMost(theirs100[1], source100) },
  { key: 'rmrOurs', label: 'RMR (/ (n - 1))', over: 'mean' },
  { key: 'rmrWarm', label: 'RMR without rounds 0 and 1 (iroh)', over: 'mean' },
  { key: 'duration', label: 'last delivery after', over: 'mean', unit: 'ms' },
  { key: 'control', label: 'other frames a delivery', over: 'mean' },
  { key: 'alone', label: 'peers with no neighbor at the start', over: 'max' },
];

function play(rules: Rules, pause: number, { simulation, peers, rounds, latency }: Run): Outcome {
  const { ledger, network } = simulation;
  simulation.start([]);
  for (let i = 1; i < peers; i++) simulation.start([addressOf(0)]);
  simulation.runFor(20 * latency.max);
  const alone = simulation.members.filter(({ state }) => (state?.overlay.neighbors.size ?? 0) === 0).length;

  const pick = () => simulation.members[Math.floor(simulation.random() * peers)]!;
  const only = pick();
  const senders = () =>
    rules.sends === 'all' ? simulation.members : [rules.sends === 'single' ? only : pick()];
  const rows: Row[] = [];
  for (let round = 0; round < rounds; round++) {
    simulation.stage = { name: 'rounds', share: round / rounds };
    const begun = simulation.now();
    const before = network.tap.counts();
    const deliveredBefore = ledger.deliveries;
    const sent = senders().map((member) => simulation.publish(member)!);
    const expected = sent.length * (peers - 1);
    const got = () => sumOf(sent, (one) => one.deliveries);
    simulation.runUntil(
      () => ledger.deliveries - deliveredBefore >= expected && got() === expected,
      roundTimeout,
    );
    const lastAt = Math.max(...sent.map((one) => one.lastAt));
    if (pause > 0) simulation.runFor(begun + pause - simulation.now());
    const after = network.tap.counts();
    const payloads = after.payloads - before.payloads;
    rows.push({
      expected,
      missed: expected - got(),
      payloads,
      control: after.control - before.control,
      ldh: lastHop(sent) - 1,
      duration: lastAt - begun,
    });
  }
  return { values: { alone, ...summary(rows) }, points: rows.map(pointOf(`${rules.sends} ${peers}`)) };
}

interface Row {
  readonly expected: number;
  readonly missed: number;
  readonly payloads: number;
  readonly control: number;
  readonly ldh: number;
  readonly duration: number;
}

const theirRmr = ({ payloads, expected, missed }: Row) => payloads / (expected - missed - 1) - 1;
const ourRmr = ({ payloads, expected }: Row) => payloads / expected - 1;
const lastHop = (sent: readonly Sent[]) => Math.max(...sent.map((one) => one.lastHop));

function summary(rows: readonly Row[]): Record<string, number> {
  const mean = (of: (row: Row) => number, over = rows) => sumOf(over, of) / over.length;
  return {
    missed: sumOf(rows, ({ missed }) => missed),
    rmr: mean(theirRmr),
    rmrOurs: mean(ourRmr),
    rmrWarm: mean(theirRmr, rows.slice(2)),
    rmrMax: Math.max(...rows.map(theirRmr)),
    rmr0: theirRmr(rows[0]!),
    rmr1: theirRmr(rows[1] ?? rows[0]!),
    rmr100: mean(theirRmr),
    ldh: mean((row) => row.ldh),
    ldh100: mean((row) => row.ldh),
    ldhMax: Math.max(...rows.map((row) => row.ldh)),
    duration: mean(({ duration }) => duration),
    control: mean(({ control, expected }) => control / expected),
  };
}

const pointOf = (line: string) => (row: Row, round: number) => ({
  chart: 'irohRounds' as const,
  line,
  x: round,
  y: theirRmr(row),
});

const what = {
  single: 'one sender for all rounds',
  multi: 'a new random sender each round',
  all: 'every peer sends at once each round',
};

const scenario = (rules: Rules, pause: number): Scenario => ({
  name: `${pause > 0 ? 'iroh-interval' : 'iroh'}-${rules.sends}-${rules.nodes}`,
  group: pause > 0 ? 'iroh-interval' : 'iroh',
  about:
    `iroh-gossip's simulation of ${rules.nodes} peers, ${what[rules.sends]}; ` +
    (pause > 0
      ? `rounds ${pause / 1000} s apart.`
      : 'the next round starts at the last delivery of the one before.'),
  peers: rules.nodes,
  latency: { min: 10, max: 50 },
  loss: 0,
  rounds: rules.rounds,
  settings: {},
  seeds: Array.from({ length: 20 }, (_, i) => i + 1),
  figures: figures(rules),
  play: (run) => play(rules, pause, run),
});

export const irohScenarios: readonly Scenario[] = [
  ...measured.map((rules) => scenario(rules, 0)),
  ...measured.map((rules) => scenario(rules, interval)),
];
