import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '../../../bin/cli/parse.ts';
import { differences, readBaseline } from '../../../bin/sim/baseline.ts';
import { drawings } from '../../../bin/sim/chart.ts';
import { flags } from '../../../bin/sim/flags.ts';
import { listing, simHelp } from '../../../bin/sim/help.ts';
import { save } from '../../../bin/sim/json.ts';
import { bar, progressOn } from '../../../bin/sim/progress.ts';
import { reportPage } from '../../../bin/sim/report.ts';
import { allMet } from '../../../bin/sim/results.ts';
import { changed, runScenario } from '../../../bin/sim/run.ts';
import { columns, shown, tableOf } from '../../../bin/sim/table.ts';
import type { Run, Scenario } from '../../../lib/sim/scenario.ts';
import { scenarios } from '../../../lib/sim/scenarios.ts';

/** An experiment of two peers: quick, and all of its figures are known. */
const tiny: Scenario = {
  name: 'tiny',
  group: 'tiny',
  about: 'Two peers <say> little.',
  peers: 2,
  latency: { min: 10, max: 10 },
  loss: 0,
  rounds: 1,
  settings: {},
  seeds: [1, 2],
  figures: [
    { key: 'small', label: 'small', over: 'max', target: { op: '<=', value: 5, from: 'iroh-gossip' } },
    { key: 'large', label: 'large', over: 'mean', unit: 'ms', target: { op: '>=', value: 100, from: 'us' } },
    { key: 'free', label: 'free', over: 'min' },
    { key: 'absent', label: 'absent', over: 'min' },
  ],
  play: ({ simulation, seed, rounds }: Run) => {
    simulation.start([]);
    simulation.start(['10.0.0.0:7946']);
    simulation.runFor(100);
    return {
      values: { small: seed * rounds, large: 50, free: seed / 3 },
      points: [{ chart: 'steadyRmr', line: 'tiny', x: 1, y: seed }],
    };
  },
};

const silent = progressOn({ write: () => undefined }, () => 0);
const run = (changes: Partial<Scenario> = {}) => runScenario({ ...tiny, ...changes }, silent, () => 0);

describe('the results of the simulator', () => {
  it('as a table have each figure over the seeds, its target beside it and whether it was met', () => {
    const lines = tableOf(run()).split('\n');
    expect(lines[0]).toBe('tiny: 2 peers; latency 10ms..10ms; 1 rounds; 2 seeds');
    expect(lines.slice(1, 5).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['value', 'min..max', 'target'],
      ['small', '2', '1..2', '<= 5 (iroh-gossip)', 'met'],
      ['large', '50 ms', '>= 100 ms (us)', 'MISSED'],
      ['free', '0.3333', '0.3333..0.6667'],
    ]);
    expect(lines[5]).toMatch(/^ {2}frames: .*hello 4/);
    expect(lines[6]).toMatch(/^ {2}hash [0-9a-f]{16}, \d+ events/);
    expect(allMet([run()])).toBe(false);
  });

  it('have the same hash for the same seeds and another for others', () => {
    expect(run().hash).toBe(run().hash);
    expect(run({ seeds: [1] }).hash).not.toBe(run({ seeds: [2] }).hash);
    expect(run({ seeds: [1] }).hash).toBe(run({ seeds: [1] }).runs[0]!.hash);
  });

  it('take what the command line changes in a scenario', () => {
    const line = '--peers 3 --seeds 9 --rounds 2 --loss 0.5 --latency 1ms --set pingAfter=7';
    expect(changed(tiny, parse(flags, line.split(' ')))).toMatchObject({
      peers: 3,
      seeds: [9],
      rounds: 2,
      loss: 0.5,
      latency: { min: 1, max: 1 },
      settings: { pingAfter: 7 },
    });
    expect(changed(tiny, parse(flags, []))).toEqual(tiny);
  });

  it('can be saved and held against later ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-sim-'));
    const file = join(folder, 'old.json');
    try {
      writeFileSync(file, JSON.stringify(save([run()])));
      const baseline = readBaseline(file);
      expect(differences([run()], baseline)).toContain('the same run to the byte');
      const text = differences([run({ rounds: 3 }), run({ name: 'new' })], baseline);
      expect(text.replace(/ {2,}/g, '  ')).toContain('small  2  6  +4 (+200.0 %), no longer met');
      expect(text).toContain('new: not in the baseline');
      expect(text).not.toContain('large');
      for (const wrong of ['{"version":2}', 'no json']) {
        writeFileSync(file, wrong);
        expect(() => readBaseline(file)).toThrow('expected a file that --json wrote');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('as a page need nothing beside it, with every chart drawn and every text escaped', async () => {
    const drawn: unknown[] = [];
    const page = await reportPage({
      results: [run()],
      command: 'npm run sim -- --scenario "tiny"',
      made: new Date(0),
      draw: (spec) => {
        drawn.push(spec);
        return Promise.resolve('<svg></svg>');
      },
    });
    expect(page).toContain('1 of 2 targets met');
    expect(page).toContain('Two peers &lt;say&gt; little.');
    expect(page).toContain('--scenario &quot;tiny&quot;');
    expect(page).not.toMatch(/<script|src=|href=/);
    expect(page.match(/<svg>/g)).toHaveLength(2);
    expect(drawn).toHaveLength(2);
    expect(drawings([run()]).map(({ title }) => title)).toEqual([
      'small: rx-gossip and iroh-gossip',
      'Redundancy of one sender’s messages (Plumtree)',
    ]);
  });
});

describe('what the simulator prints', () => {
  it('names every scenario and its targets', () => {
    const text = listing();
    for (const { name } of scenarios) expect(text).toContain(`${name}: `);
    for (const { name, figures } of scenarios)
      expect(figures.some(({ target }) => target !== undefined) ? '' : name).toBe('');
    expect(simHelp).toContain('--baseline FILE');
  });

  it('shows whole numbers whole and others with four digits', () => {
    const numbers = [3, 0.12345, 12.34, 1e6, Infinity].map((value) => shown(value));
    expect(numbers).toEqual(['3', '0.1235', '12.3', '1000000', 'Infinity']);
    expect(shown(5, 'ms')).toBe('5 ms');
    const rows = [
      ['a', 'bb'],
      ['ccc', 'd'],
    ];
    expect(columns(rows)).toEqual(['a    bb', 'ccc  d']);
  });

  it('draws progress over itself on a terminal, and says a line every 10 s otherwise', () => {
    const drawnOn = (isTTY: boolean) => {
      const written: string[] = [];
      let now = 0;
      const progress = progressOn({ isTTY, write: (text) => written.push(text) }, () => now);
      for (; now < 25_000; now += 100) progress.tell(() => `at ${now}`);
      progress.clear();
      return written;
    };
    expect(drawnOn(false)).toEqual(['at 10000\n', 'at 20000\n']);
    const terminal = drawnOn(true);
    expect(terminal.length).toBeGreaterThan(100);
    expect(terminal[0]).toBe('\r\x1b[Kat 200');
    expect(terminal.at(-1)).toBe('\r\x1b[K');
    expect(bar(0.5, 4)).toBe('[##--]  50 %');
  });
});
