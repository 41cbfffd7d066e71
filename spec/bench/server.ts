import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atEnd } from './at-end.ts';
import type { ServerProgram } from './systems/system.ts';

/** A broker of ours: on a port of its own, with a folder of its own, gone when the run is over. */
export interface Server {
  readonly address: string;
  readonly pid: number;
  /** CPU microseconds so far. */
  cpu(): number;
  end(): Promise<void>;
}

const startLimit = 10_000;

/** Is it on this machine? */
export function isThere({ command }: ServerProgram): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}

export async function startServer({ command, args }: ServerProgram): Promise<Server> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-bench-'));
  const child = spawn(command, args(port), { cwd: folder, stdio: 'ignore' });
  const kill = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const forget = atEnd(kill);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let failed: string | undefined;
  child.on('error', (error) => (failed = error.message));
  child.on('exit', (code) => (failed = `exit code ${code}`));
  const end = async () => {
    kill();
    await gone;
    forget();
  };
  const until = Date.now() + startLimit;
  while (!(await answers(port))) {
    await sleep(20);
    if (failed === undefined && Date.now() < until) continue;
    await end();
    throw new Error(`${command} did not start: ${failed ?? `no answer within ${startLimit / 1000} s`}`);
  }
  const pid = child.pid ?? -1;
  return { address: `127.0.0.1:${port}`, pid, cpu: () => cpuOf(pid), end };
}

/** User and system time of a process with all its threads, in microseconds. Linux: /proc counts 100 ticks a second. */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Free at this moment; brokers can't be asked for "any". */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
