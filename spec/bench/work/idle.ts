import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../cluster.ts';
import type { System } from '../systems/system.ts';
import { contestants, type Sample, type Work } from './work.ts';

/** Nobody says anything: what it costs to keep the links. */

const peers = 8;
/**
 * Compilation and the first shuffles are over by then, and so is what V8's memory reducer does once after a start: a few
 * mark-compacts 8 to 20 s later, 20 to 40 ms of CPU, which would count as the cost of keeping links.
 */
const settleMs = 20_000;

export const idle: Work = {
  name: 'idle',
  about: 'CPU a minute of a process with 7 links that sends nothing (takes --idle and 20 seconds a system)',
  always: true,
  cases: ({ ours, idle: seconds }) => [
    {
      work: 'idle',
      title: `idle: ${peers} processes, nobody sends, ${seconds} s`,
      settings: { peers },
      figures: [{ key: 'cpu', label: 'CPU ms/minute, a process' }],
      runs: 1,
      contestants: contestants(ours, (system) => measure(system, seconds * 1000)),
    },
  ],
};

/** A broker's share is divided among the processes that it serves. */
async function measure(system: System, ms: number): Promise<Sample> {
  const cluster = await startCluster(system, peers, [0]);
  try {
    await sleep(settleMs);
    const [before, begun] = [await cluster.cpu(), performance.now()];
    await sleep(ms);
    const cpu = (await cluster.cpu()) - before;
    const minutes = (performance.now() - begun) / 60_000;
    return { values: { cpu: cpu / 1000 / minutes / peers } };
  } finally {
    await cluster.close();
  }
}
