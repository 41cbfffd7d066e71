import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The packages of the systems we are compared with: the bench's own, put into its own folder. */
const folder = 'spec/bench';

/** Installs them when they are missing, without running any script of theirs. Returns why that failed. */
export function installPackages(tell: (text: string) => void): string | undefined {
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return undefined;
  tell(`installing what the bench compares with (npm ci in ${folder}, once)`);
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(
    npm === undefined ? 'npm' : process.execPath,
    npm === undefined ? args : [npm, ...args],
    { cwd: folder, stdio: ['ignore', 2, 2], timeout: 10 * 60_000 },
  );
  if (status === 0) return undefined;
  return `npm ci in ${folder} failed${error === undefined ? '' : `: ${error.message}`}`;
}
