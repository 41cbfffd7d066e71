import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The built command as `npm run sim` runs it; `npm test` has built it before. */
const command = join(__dirname, '../../../dist/bin/sim.cjs');
const sim = (...args: string[]) =>
  spawnSync(process.execPath, [command, ...args], { encoding: 'utf8', timeout: 60_000 });

describe('npm run sim', () => {
  it('runs a scenario, says what it measured, writes a page with charts and exits with 0', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-sim-'));
    try {
      const report = join(folder, 'report.html');
      const { status, stdout, stderr } = sim(
        ...['--scenario', 'split-4', '--seeds', '1', '--report', report, '--json'],
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ version: 1, results: [{ scenario: 'split-4' }] });
      expect(readFileSync(report, 'utf8')).toContain('3 of 3 targets met');
      sim('--scenario', 'iroh-single-20', '--rounds', '5', '--seeds', '2', '--report', report);
      const page = readFileSync(report, 'utf8');
      expect(page.match(/<svg/g)!.length).toBeGreaterThan(1);
      expect(page).toContain('single 20');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('exits with 1 when a target is missed, and with 2 and one line when used wrongly', () => {
    const missed = sim('--scenario', 'split-4', '--seeds', '1', '--rounds', '5', '--loss', '0.9');
    expect(missed.stdout).toContain('MISSED');
    expect(missed.status).toBe(1);
    const wrong = sim('--scenario', 'spilt-4');
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toBe('rx-gossip: --scenario: no scenario "spilt-4": did you mean split-4?\n');
    expect(sim().stderr).toContain('expected --scenario NAME');
    expect(sim('--list').stdout).toContain('hyparview-95: ');
    expect(sim('--help').status).toBe(0);
  });
});
