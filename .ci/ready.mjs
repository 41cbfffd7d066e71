// Makes a checkout ready to run: installs when node_modules is missing and (with --build) builds when dist is
// older than the sources, or than what is installed, of which parts are in dist. Several of these at once take turns
// (a lock folder), so that three `npm start` on a fresh clone work. Everything it says goes to stderr:
// stdout belongs to the peer.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = join(root, '.ready.lock');
const at = (...parts) => join(root, ...parts);
const mtime = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = (path) =>
  statSync(path).isDirectory()
    ? Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
    : mtime(path);

const stale = {
  modules: () => mtime(at('node_modules', '.package-lock.json')) === 0,
  dist: () =>
    mtime(at('dist', '.built')) <
    Math.max(
      newest(at('lib')),
      newest(at('bin')),
      mtime(at('package.json')),
      mtime(at('tsconfig.build.json')),
      mtime(at('.ci', 'build.mjs')),
      mtime(at('node_modules', '.package-lock.json')),
    ),
};

const run = (args) => {
  const npm = process.env.npm_execpath;
  const [command, ...rest] = npm ? [process.execPath, npm, ...args] : ['npm', ...args];
  const { status, error } = spawnSync(command, rest, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !npm && process.platform === 'win32',
  });
  if (error || status !== 0)
    throw new Error(`npm ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
};

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const owner = () => {
  try {
    return Number(readFileSync(join(lock, 'pid'), 'utf8'));
  } catch {
    return undefined;
  }
};

const takeLock = () => {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const pid = owner();
    const age = Date.now() - mtime(lock);
    if (pid === undefined ? age > 5000 : !alive(pid)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
};

const needed = (build) => stale.modules() || (build && stale.dist());

const build = process.argv.includes('--build');
const deadline = Date.now() + 10 * 60_000;
try {
  while (needed(build)) {
    if (Date.now() > deadline)
      throw new Error(`another install has held ${lock} for 10 minutes; remove it if none is running`);
    if (!takeLock()) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    try {
      if (stale.modules()) {
        process.stderr.write('rx-gossip: installing dependencies (npm ci, once)\n');
        run(['ci', '--ignore-scripts']);
      }
      if (build && stale.dist()) {
        process.stderr.write('rx-gossip: building\n');
        run(['run', '--silent', 'build']);
      }
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
} catch (error) {
  process.stderr.write(`rx-gossip: ${error.message}\n`);
  process.exit(1);
}
