// npm audit of what ships, most of it within dist, when a registry answers within a few seconds; without one it says so
// and goes on: a build must not depend on somebody's network.
import { spawnSync } from 'node:child_process';

const registry = process.env.npm_config_registry ?? 'https://registry.npmjs.org/';
const reachable = await fetch(new URL('-/ping', registry), { signal: AbortSignal.timeout(3000) }).then(
  ({ ok }) => ok,
  () => false,
);
if (!reachable) {
  process.stderr.write(`npm audit: skipped, ${registry} does not answer\n`);
  process.exit(0);
}
const ships = ['rxjs', 'minimist', 'msgpackr'];
const npm = process.env.npm_execpath;
const args = ['audit', '--json', '--fetch-retries=0', '--fetch-timeout=10000'];
const { stdout } = spawnSync(npm ? process.execPath : 'npm', npm ? [npm, ...args] : args, {
  encoding: 'utf8',
  timeout: 30_000,
});
const found = (() => {
  try {
    const { vulnerabilities } = JSON.parse(stdout);
    return vulnerabilities && ships.flatMap((name) => vulnerabilities[name] ?? []);
  } catch {
    return undefined;
  }
})();
if (found === undefined) process.stderr.write('npm audit: skipped, the registry gave no answer\n');
else if (found.length > 0) {
  process.stderr.write(
    `npm audit: known vulnerabilities in what ships:\n${JSON.stringify(found, undefined, 2)}\n`,
  );
  process.exit(1);
}
