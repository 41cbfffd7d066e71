import { ratioOf, runCase, valueOf, type Result, type Row } from './results.ts';
import { shown, tableOf } from './table.ts';
import { verdicts } from './targets.ts';
import type { Contestant, Sample } from './work/work.ts';

const rate = (value: number, fault?: string): Sample => ({ values: { rate: value }, fault });
const row = (name: string, ...samples: readonly (Sample | undefined)[]): Row => ({
  name,
  label: name,
  samples,
});
const flood = (publishers: number, ...rows: readonly Row[]): Result => ({
  work: 'throughput',
  title: 'a case',
  settings: { peers: 8, publishers, bytes: 256 },
  figures: [{ key: 'rate', label: 'deliveries/s' }],
  rows,
});

describe('a run with a fault', () => {
  const lossy = row('nats', rate(100), rate(9000, '3 lost'), rate(300));

  it('is in no median', () => {
    expect(valueOf(lossy, 'rate')).toBe(200);
    expect(valueOf(row('nats', rate(9000, '3 lost')), 'rate')).toBeNaN();
  });

  it('is in no ratio, on either side', () => {
    const ours = row('rx-gossip', rate(200), rate(18, '1 twice'), rate(900));
    expect(ratioOf('rate', ours, lossy)).toBe(2.5);
    expect(ratioOf('rate', lossy, ours)).toBeCloseTo((0.5 + 1 / 3) / 2);
  });

  it('is shown in the table with what was wrong', () => {
    const [, , line] = tableOf(flood(1, lossy)).split('\n');
    expect(line).toBe('  nats  200           2 of 3: 3 lost');
  });

  it('misses the target of exactly once', () => {
    const [last] = verdicts([flood(1, row('rx-gossip', rate(1), rate(1, '1 lost')))]).slice(-1);
    expect(last).toMatchObject({ measured: 1, met: false });
  });
});

describe('targets', () => {
  const ours = row('rx-gossip', rate(100), rate(400), rate(100));
  const find = (results: readonly Result[], words: string) =>
    verdicts(results).find(({ what }) => what.startsWith(words))!;

  it('compare runs of the same round: a slow round is slow for both', () => {
    const result = flood(1, ours, row('nats', rate(50), rate(400), rate(50)));
    expect(find([result], '256 B, 1 to 7: deliveries/s, of NATS')).toMatchObject({ measured: 2, met: true });
  });

  it('are missed when they are missed', () => {
    const result = flood(1, ours, row('nats', rate(101), rate(500), rate(101)));
    expect(find([result], '256 B, 1 to 7: deliveries/s, of NATS').met).toBe(false);
  });

  it('are neither met nor missed when one side is not there', () => {
    expect(find([flood(1, ours)], '256 B, 1 to 7: deliveries/s, of NATS').met).toBeUndefined();
    expect(verdicts([]).filter(({ met }) => met !== undefined)).toEqual([]);
  });

  it('know one case from another', () => {
    const both = [flood(1, ours), flood(8, row('rx-gossip', rate(50)))];
    expect(find(both, '8 publishers')).toMatchObject({ measured: 0.5, met: false });
  });
});

describe('a case', () => {
  const contestant = (name: string, measure: Contestant['measure']) => ({ name, label: name, measure });
  const caseOf = (contestants: readonly Contestant[], runs: number) => {
    const { work, title, settings, figures } = flood(1);
    return { work, title, settings, figures, runs, contestants };
  };

  it('lets all take turns, each round in another order', async () => {
    const turns: string[] = [];
    const all = ['a', 'b', 'c'].map((name) =>
      contestant(name, () => {
        turns.push(name);
        return Promise.resolve(rate(turns.length));
      }),
    );
    const result = await runCase(caseOf(all, 2), () => undefined);
    expect(turns.join('')).toBe('abcbca');
    expect(result.rows.map(({ samples }) => samples.map((sample) => sample?.values['rate']))).toEqual([
      [1, 6],
      [2, 4],
      [3, 5],
    ]);
  });

  it('goes on without one that fails, and says why', async () => {
    const broken = contestant('a', () => Promise.reject(new Error('no luck\nat all')));
    const fine = contestant('b', () => Promise.resolve(rate(5)));
    const result = await runCase(caseOf([broken, fine], 3), () => undefined);
    expect(tableOf(result).split('\n').slice(2)).toEqual([
      '  a  -             0 of 1: failed: no luck',
      '  b  5             3 of 3',
    ]);
  });
});

it('numbers are shown with three digits', () => {
  expect([1_523_000, 999_700, 263_400, 9_999, 1234, 99.97, 17.44, 0.567, 0, -0.2, NaN].map(shown)).toEqual([
    ...['1.52 M', '1.00 M', '263 k', '10.0 k', '1234', '100', '17.4', '0.57', '0', '-0.20', '-'],
  ]);
});
