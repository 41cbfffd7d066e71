import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Done } from './attacker.ts';
import { atEnd } from './at-end.ts';

export interface AttackProcess {
  /** What it has done so far. Rejects when it has ended by itself: nothing was measured then. */
  done(): Promise<Done>;
  end(): Promise<void>;
}

const limit = 10_000;

/** Starts a process that attacks a peer; resolves once it has its first link. */
export async function startAttack(name: string, port: string): Promise<AttackProcess> {
  const child = fork(join(import.meta.dirname, 'attacker.mjs'), [name, port], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const message = async () => {
    const signal = AbortSignal.timeout(limit);
    const [said] = (await Promise.race([
      once(child, 'message', { signal }),
      gone.then(() => Promise.reject(new Error('its process ended'))),
    ]).catch((error: unknown) => {
      throw new Error(`the attack "${name}" does not answer`, { cause: error });
    })) as readonly unknown[];
    return said;
  };
  const attack: AttackProcess = {
    async done() {
      const answer = message();
      if (child.connected) child.send('how much?');
      return (await answer) as Done;
    },
    async end() {
      child.kill('SIGKILL');
      await gone;
      forget();
    },
  };
  try {
    await message();
    return attack;
  } catch (error) {
    await attack.end();
    throw error;
  }
}
