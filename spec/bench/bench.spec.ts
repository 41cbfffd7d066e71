import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, patience, root } from '../support/process.ts';
import type { Result } from './results.ts';

/** The bench as `npm run bench` runs it, with what needs no packages of its own. */

jest.setTimeout(5 * patience);
beforeAll(build);

const bench = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'spec/bench/bench.mjs'), ...args], {
    encoding: 'utf8',
    timeout: 4 * patience,
  });

it('sends between processes, loses nothing, and writes a table, every sample and a chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-bench-'));
  try {
    const [json, chart] = [join(folder, 'bench.json'), join(folder, 'bench.svg')];
    const { status, stdout, stderr } = bench(
      'throughput',
      '--quick',
      '--quiet',
      '--json',
      json,
      '--chart',
      chart,
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('rx-gossip, view 7');
    expect(stdout).toContain('3 processes, 1 publisher to 2, 256 B');
    const { results } = JSON.parse(readFileSync(json, 'utf8')) as { results: readonly Result[] };
    const samples = results.flatMap(({ rows }) => rows.flatMap((row) => row.samples));
    expect(samples).toHaveLength(2);
    for (const sample of samples) {
      expect(sample?.fault).toBeUndefined();
      expect(sample?.values['messages']).toBeGreaterThan(0);
    }
    expect(readFileSync(chart, 'utf8')).toContain('<svg');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('says in one line what is wrong with the command, and exits with 2', () => {
  const wrong = bench('thruput');
  expect(wrong.stderr).toBe('rx-gossip: no work "thruput": did you mean throughput?\n');
  expect(wrong.status).toBe(2);
  expect(bench('--systems', 'nets').stderr).toBe('rx-gossip: --systems: expected nats, got "nets"\n');
  expect(bench('--help').stdout).toContain('npm run bench -- micro');
});
