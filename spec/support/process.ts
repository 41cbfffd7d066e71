import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Real processes for spec/e2e: started, listened to line by line, stopped, continued, and ended for certain. */

export const root = join(__dirname, '../..');
const command = join(root, 'dist/bin/peer.cjs');

/** How long a test waits for what has no promised time: far more than it takes, also on a busy machine. */
export const patience = 20_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A started process and what it has said so far. */
export interface Running {
  readonly pid: number;
  /** Whole lines of standard output, and of standard error. */
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  /** How it ended; undefined while it runs. Its last lines have been read by then. */
  readonly exit: Exit | undefined;
  /**
   * What `look` finds, as soon as it finds something: it is asked now, at every line and at the exit.
   * Rejects after `limit` milliseconds, and at once when the process is gone and there is nothing to be found.
   */
  until<T>(what: string, look: () => T | undefined | false, limit?: number): Promise<T>;
  /** The first line of standard output that matches, among those so far or to come. */
  line(pattern: RegExp, limit?: number): Promise<string>;
  /** The same on standard error. */
  error(pattern: RegExp, limit?: number): Promise<string>;
  ended(limit?: number): Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Writes to its standard input. */
  say(text: string | Uint8Array): void;
  /** Ends its standard input. */
  hush(): void;
  /** Nobody reads its standard output any more, as when `head` has seen enough. */
  stopReading(): void;
}

/** A hook of Jest's: `afterEach` or `afterAll`. */
type Hook = (end: () => Promise<void>) => void;

/**
 * Gives what starts processes; all of them are ended after each test (or after all), whatever happened.
 * To be called where hooks are: at the top of a file or in a describe.
 */
export function processes(after: Hook = afterEach) {
  const started = new Set<{ end: () => Promise<void> }>();
  after(async () => {
    await Promise.all([...started].map((one) => one.end()));
    started.clear();
  });
  const start = (file: string, args: readonly string[]): Running => {
    const { running, end } = startProcess(file, args);
    started.add({ end });
    return running;
  };
  return {
    start,
    node: (...args: string[]) => start(process.execPath, args),
    /** The built command, `peer ...args`. */
    peer: (...args: (string | number)[]) => start(process.execPath, [command, ...args.map(String)]),
  };
}

/** Builds dist when it is older than the sources: what `npm test` does first, for a spec that is run alone. */
export function build(): void {
  const { status } = spawnSync(process.execPath, [join(root, '.ci/ready.mjs'), '--build'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the build failed');
}

/** The address in a peer's first line: ports are 0 in tests, so only the peer knows it. */
export async function addressOf(peer: Running): Promise<string> {
  const line = await peer.line(/ - My address is "|^\{"event":"address"/);
  return /127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
}

/** An object that a peer printed with `--json`. */
export interface Happening {
  readonly event: string;
  readonly [field: string]: unknown;
}

export function happenings(peer: Running): Happening[] {
  return peer.lines.map((line) => JSON.parse(line) as Happening);
}

function startProcess(file: string, args: readonly string[]): { running: Running; end: () => Promise<void> } {
  const child = spawn(file, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const lines: string[] = [];
  const errors: string[] = [];
  const looks = new Set<() => void>();
  let exit: Exit | undefined;
  const happened = () => {
    for (const look of [...looks]) look();
  };
  // Every line is looked at before the next one is there: a `look` may tell which of two came first.
  const read = (stream: Readable, into: string[]) =>
    eachLine(stream, (line) => {
      into.push(line);
      happened();
    });
  read(child.stdout, lines);
  read(child.stderr, errors);
  child.stdin.on('error', () => undefined);
  const gone = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve((exit = { code, signal })));
  });
  void gone.finally(happened).catch(() => undefined);

  const until = <T>(what: string, look: () => T | undefined | false, limit = patience): Promise<T> =>
    new Promise((resolve, reject) => {
      const finish = () => {
        looks.delete(check);
        clearTimeout(timer);
      };
      const fail = (why: string) => {
        finish();
        reject(new Error(`${why} ${what} of: ${args.join(' ')}\n${transcript(lines, errors, exit)}`));
      };
      const check = () => {
        const found = look();
        if (found !== undefined && found !== false) {
          finish();
          resolve(found);
        } else if (exit !== undefined) fail('ended before');
      };
      // A line that is already in the pipe was in time: it gets one turn of this process's loop to be read.
      const late = () => looks.has(check) && fail(`waited ${limit} ms for`);
      const timer = setTimeout(() => setImmediate(late), limit);
      looks.add(check);
      check();
    });

  const running: Running = {
    pid: child.pid ?? -1,
    lines,
    errors,
    get exit() {
      return exit;
    },
    until,
    line: (pattern, limit) => until(String(pattern), firstOf(lines, pattern), limit),
    error: (pattern, limit) => until(`${String(pattern)} on stderr`, firstOf(errors, pattern), limit),
    ended: (limit) => until('the end', () => exit, limit),
    kill: (signal) => void child.kill(signal),
    say: (text) => void child.stdin.write(text),
    hush: () => void child.stdin.end(),
    stopReading: () => void child.stdout.destroy(),
  };
  return { running, end: () => end(child, gone) };
}

/** SIGKILL ends a stopped process too. */
async function end(child: ChildProcess, gone: Promise<Exit>): Promise<void> {
  child.kill('SIGKILL');
  await gone.catch(() => undefined);
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  });
  // A line without its end is a line: an assertion about output should see it.
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}

/** Looks at each line once, however often it is asked. */
function firstOf(lines: readonly string[], pattern: RegExp): () => string | undefined {
  let next = 0;
  return () => {
    while (next < lines.length) {
      const line = lines[next++] ?? '';
      if (pattern.test(line)) return line;
    }
    return undefined;
  };
}

function transcript(lines: readonly string[], errors: readonly string[], exit: Exit | undefined): string {
  const last = (of: readonly string[], mark: string) =>
    of.slice(-40).map((line) => `${mark} ${line.slice(0, 200)}`);
  const end = exit === undefined ? 'still running' : `ended: ${exit.signal ?? exit.code ?? 'unknown'}`;
  return [...last(lines, 'out |'), ...last(errors, 'err |'), end].join('\n');
}

/**
 * Ports that are free now and stay so unless somebody asks for them by number: they lie below the range from
 * which the system takes the ports of outgoing connections and of those who ask for any.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
