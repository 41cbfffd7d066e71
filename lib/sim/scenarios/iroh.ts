import { sumOf } from '../numbers.ts';
import type { Figure, Outcome, Run, Scenario } from '../scenario.ts';
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
  /** Means over rounds and seeds of iroh-gossip's own `sim` binary (4 seeds; the printed table of the binary is a minimum). */
  readonly theirs: { readonly rmr: number; readonly ldh: number };
}

const measured: readonly Rules[] = [
  { sends: 'single', nodes: 20, rounds: 30, theirs: { rmr: 0.147, ldh: 2.75 } },
  { sends: 'single', nodes: 100, rounds: 30, theirs: { rmr: 0.089, ldh: 6.0 } },
  { sends: 'single', nodes: 1000, rounds: 30, theirs: { rmr: 0.075, ldh: 13.75 } },
  { sends: 'multi', nodes: 20, rounds: 30, theirs: { rmr: 0.424, ldh: 4.77 } },
  { sends: 'multi', nodes: 100, rounds: 30, theirs: { rmr: 0.48, ldh: 10.44 } },
  { sends: 'multi', nodes: 1000, rounds: 30, theirs: { rmr: 0.469, ldh: 21.2 } },
  { sends: 'all', nodes: 20, rounds: 30, theirs: { rmr: 1.392, ldh: 5.42 } },
  { sends: 'all', nodes: 100, rounds: 5, theirs: { rmr: 1.074, ldh: 10.9 } },
];

const source = 'iroh-gossip 0.101.0';
const roundTimeout = 5000;
/** Ours: rounds so far apart that each has died down before the next. */
const interval = 1000;

const figures = ({ theirs }: Rules): readonly Figure[] => [
  { key: 'missed', label: 'missed', over: 'max', target: { op: '=', value: 0, from: 'issue' } },
  {
    key: 'rmr',
    label: 'RMR (iroh: / (deliveries - 1))',
    over: 'mean',
    target: { op: '<=', value: theirs.rmr, from: source },
  },
  {
    key: 'ldh',
    label: 'last delivery hop (from 0)',
    over: 'mean',
    target: { op: '<=', value: theirs.ldh, from: source },
  },
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
      control: after.framesReceived - before.framesReceived - payloads,
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
    ldh: mean(({ ldh }) => ldh),
    ldhMax: Math.max(...rows.map(({ ldh }) => ldh)),
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
