import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Child {
  /** Resolves with the address that the peer prints first; `undefined` when it ended before. */
  readonly address: Promise<string | undefined>;
  /** Resolves with how it ended: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Asks it to leave and, when it has not after `patience` milliseconds, kills it. Resolves when it is gone. */
  end(patience: number): Promise<void>;
}

/** Starts a peer as a process of its own; each line that it prints goes to `out` or `err`. */
export function startChild(
  command: readonly string[],
  out: (line: string) => void,
  err: (line: string) => void,
): Child {
  const [file = '', ...args] = command;
  // A group of its own: Ctrl-C reaches the demo alone, which then ends each peer, by pid. Should the demo be
  // killed, its peers find their standard output closed and leave.
  const detached = process.platform !== 'win32';
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached, windowsHide: true });
  const ended = endOf(child);
  const lines = createInterface({ input: child.stdout });
  const address = new Promise<string | undefined>((resolve) => {
    lines.on('line', (line) => {
      out(line);
      const found = /My address is "([^"]+)"/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => resolve(undefined));
  });
  createInterface({ input: child.stderr }).on('line', err);
  return {
    address,
    ended,
    async end(patience) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patience);
      await ended;
      clearTimeout(timer);
    },
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // `close`, not `exit`: its last lines have been read by then.
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
  });
}
