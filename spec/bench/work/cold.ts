import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atEnd } from '../at-end.ts';
import type { Sample, Work } from './work.ts';

/** From nothing to a peer that others can dial, beside what Node itself takes for a script of 0 bytes. */

const limit = 20_000;

export const cold: Work = {
  name: 'cold',
  about: 'milliseconds from start to "My address", and to the end of an empty script',
  always: true,
  cases: ({ runs }) => [
    {
      work: 'cold',
      title: 'cold start',
      settings: {},
      figures: [{ key: 'ms', label: 'ms' }],
      // A start takes 50 ms and varies much: many are cheap.
      runs: runs * 5,
      contestants: [
        { name: 'empty', label: 'node, an empty script, to its end', measure: emptyScript },
        {
          name: 'rx-gossip',
          label: 'peer --port 0 --no-send, to "My address"',
          measure: () => timed([resolve('dist/bin/peer.cjs'), '--port', '0', '--no-send'], 'My address'),
        },
      ],
    },
  ],
};

async function emptyScript(): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-bench-'));
  try {
    const script = join(folder, 'empty.cjs');
    writeFileSync(script, '');
    return await timed([script]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Until the process says the words, or ends when no words are given. */
function timed(args: readonly string[], words?: string): Promise<Sample> {
  return new Promise((done, failed) => {
    const begun = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const forget = atEnd(() => child.kill('SIGKILL'));
    let ms: number | undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (words === undefined || !text.includes(words)) return;
      ms ??= performance.now() - begun;
      child.kill('SIGKILL');
    });
    child.on('error', failed);
    child.on('exit', () => {
      clearTimeout(timer);
      forget();
      if (words === undefined) ms ??= performance.now() - begun;
      if (ms === undefined) failed(new Error(`ended before it said "${words ?? ''}"`));
      else done({ values: { ms } });
    });
  });
}
