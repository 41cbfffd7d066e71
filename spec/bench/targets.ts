import { defaults } from '../../lib/options.ts';
import { columns } from '../../bin/sim/table.ts';
import { attacks } from '../hostile/attacks.ts';
import { carriesMessages, isFaulty, ratioOf, valueOf, type Result, type Row } from './results.ts';
import { shown } from './table.ts';
import { KiB, type Case } from './work/work.ts';

/** What rx-gossip must show, and whether it does. Ratios are of runs of the same round. */

interface Target {
  readonly what: string;
  readonly at: 'least' | 'most';
  readonly bound: number;
  /** The cases that it is read from. */
  readonly from: readonly Where[];
  /** NaN where it was not measured. */
  readonly measured: (row: (at: Where, name: string) => Row | undefined, rows: RowsAt) => number;
}

type RowsAt = (at: Where) => readonly Row[];
type Where = Pick<Case, 'work' | 'settings'>;

const flood = (publishers: number, bytes: number): Where => ({
  work: 'throughput',
  settings: { peers: 8, publishers, bytes },
});
const [small, large, everybody] = [flood(1, 256), flood(1, 16 * KiB), flood(8, 256)];
const calm: Where = { work: 'latency', settings: { peers: 8, bytes: 256 } };
const [cold, idle, memory, flat, stopped] = ['cold', 'idle', 'memory', 'flat', 'stopped'].map(
  (work): Where => ({ work, settings: {} }),
) as [Where, Where, Where, Where, Where];

const hostile: Where = { work: 'hostile', settings: { rate: 200, attacks: attacks.length } };

const we = 'rx-gossip';
const mega = 1e6;

const targets: readonly Target[] = [
  ratio('256 B, 1 to 7: deliveries/s, of NATS', small, 'rate', 'nats', 'least', 1),
  ratio('256 B, 1 to 7: deliveries/s, of raw net coalesced', small, 'rate', 'raw-coalesced', 'least', 0.5),
  ratio('256 B, 1 to 7: CPU a delivery, of NATS', small, 'cpu', 'nats', 'most', 1),
  ratio('256 B, 1 to 7: CPU a delivery, of raw net coalesced', small, 'cpu', 'raw-coalesced', 'most', 2),
  ratio('200 messages/s: p50, of raw net', calm, 'p50', 'raw', 'most', 1.3),
  ratio('200 messages/s: p99, of NATS', calm, 'p99', 'nats', 'most', 1),
  ratio('16 KiB, 1 to 7: deliveries/s, of NATS', large, 'rate', 'nats', 'least', 1.5),
  {
    what: '8 publishers at once: deliveries/s, of 1 publisher',
    ...{ at: 'least', bound: 1, from: [everybody, small] },
    measured: (row) => figure(row(everybody, we), 'rate') / figure(row(small, we), 'rate'),
  },
  ratio('256 B, 1 to 7: deliveries/s, of gossipsub', small, 'rate', 'gossipsub', 'least', 100),
  {
    what: '256 B: RSS of a receiver, MB above raw net and the store',
    ...{ at: 'most', bound: 15, from: [small] },
    measured: (row) =>
      figure(row(small, we), 'rss') - figure(row(small, 'raw'), 'rss') - defaults.storeBytes / mega,
  },
  single('load for minutes: RSS of a receiver, MB more at the end', flat, 'growth', 5),
  single('idle, 7 links: CPU ms a minute', idle, 'cpu', 60),
  ratio('cold start, of an empty script', cold, 'ms', 'empty', 'most', 1.5),
  single('many messages through a receiver: MB more', memory, 'receiver', 5),
  single('many messages through a publisher: MB more', memory, 'publisher', 5),
  {
    what: "a stopped neighbor: MB more that the publisher holds, of its outbox's limit",
    ...{ at: 'most', bound: 1, from: [stopped] },
    measured(row) {
      const ours = row(stopped, we);
      return ((figure(ours, 'rssPeak') - figure(ours, 'rssBefore')) * mega) / defaults.outboxLimit;
    },
  },
  {
    what: 'a stopped neighbor: deliveries/s of each of the others, of those before',
    // A process less to share the machine with: it should be more. Noise is not a cost.
    ...{ at: 'least', bound: 0.9, from: [stopped] },
    measured: (row) => figure(row(stopped, we), 'rateDuring') / figure(row(stopped, we), 'rateBefore'),
  },
  {
    what: 'a stopped neighbor: messages that it neither got nor was told of',
    ...{ at: 'most', bound: 0, from: [stopped] },
    measured: (row) => figure(row(stopped, we), 'missed') - figure(row(stopped, we), 'told'),
  },
  worst('attacked, the worst of all attacks: p99 of one that hears, of the quiet p99', hostile, 'ratio', 3),
  worst('attacked, the worst of all attacks: longest turn, CPU ms', hostile, 'turn', 100),
];

function ratio(what: string, at: Where, key: string, to: string, side: Target['at'], bound: number): Target {
  return {
    ...{ what, at: side, bound, from: [at] },
    measured(row) {
      const [ours, theirs] = [row(at, we), row(at, to)];
      return ours === undefined || theirs === undefined ? NaN : ratioOf(key, ours, theirs);
    },
  };
}

function single(what: string, at: Where, key: string, most: number): Target {
  return { ...{ what, at: 'most', bound: most, from: [at] }, measured: (row) => figure(row(at, we), key) };
}

/** NaN as soon as one of the rows has nothing that counts: it may have been the worst. */
function worst(what: string, at: Where, key: string, most: number): Target {
  return {
    ...{ what, at: 'most', bound: most, from: [at] },
    measured(_, rowsAt) {
      const rows = rowsAt(at);
      return rows.length === 0 ? NaN : Math.max(...rows.map((row) => valueOf(row, key)));
    },
  };
}

const figure = (row: Row | undefined, key: string) => (row === undefined ? NaN : valueOf(row, key));

const isAt = ({ work, settings }: Where, one: Where) =>
  one.work === work && Object.entries(settings).every(([key, value]) => one.settings[key] === value);

/** Is there a target that is read from this case? */
export const hasTarget = (one: Where) => targets.some(({ from }) => from.some((at) => isAt(at, one)));

export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: number;
  /** Undefined: not measured. */
  readonly met: boolean | undefined;
}

export function verdicts(results: readonly Result[]): readonly Verdict[] {
  const rowsAt = (at: Where) => results.find((result) => isAt(at, result))?.rows ?? [];
  const row = (at: Where, name: string) => rowsAt(at).find((one) => one.name === name);
  const judged = targets.map(({ what, at, bound, measured }): Verdict => {
    const value = measured(row, rowsAt);
    const met = at === 'least' ? value >= bound : value <= bound;
    return { what, target: `at ${at} ${bound}`, measured: value, met: Number.isNaN(value) ? undefined : met };
  });
  return [...judged, exactlyOnce(results)];
}

/** A loss or a duplicate in any run at all. */
function exactlyOnce(results: readonly Result[]): Verdict {
  const withMessages = results.filter(carriesMessages);
  const rows = withMessages.flatMap((result) => result.rows).filter(({ name }) => name.startsWith(we));
  const samples = rows.flatMap((row) => row.samples.filter((sample) => sample !== undefined));
  const faulty = samples.filter(isFaulty).length;
  return {
    what: `every message exactly once: runs of ${samples.length} that were not so`,
    target: 'at most 0',
    measured: samples.length === 0 ? NaN : faulty,
    met: samples.length === 0 ? undefined : faulty === 0,
  };
}

export function targetTable(results: readonly Result[]): string {
  const cells = verdicts(results).map(({ what, target, measured, met }) => [
    what,
    target,
    shown(measured),
    met === undefined ? 'not measured' : met ? 'met' : 'MISSED',
  ]);
  return ['targets', ...columns([['', 'target', 'measured', ''], ...cells]).map((line) => `  ${line}`)].join(
    '\n',
  );
}
