import { startCluster, type Cluster } from '../cluster.ts';
import type { System } from '../systems/system.ts';
import { contestants, type Sample, type Work } from './work.ts';

/** Many messages through one peer: what is left of them in its memory. */

const bytes = 256;
const peers = 3;
/** Fills the store (16 MiB by default) before the first look: what is bounded is not what leaks. */
const warmUp = 200_000;

export const memory: Work = {
  name: 'memory',
  about: 'heap and external memory after --messages messages, before and after, collection forced',
  always: true,
  cases: ({ ours, messages }) => [
    {
      work: 'memory',
      title: `memory: ${messages} messages of ${bytes} B, 1 publisher to ${peers - 1}, growth after a forced collection`,
      settings: { peers, bytes, messages },
      figures: [
        { key: 'publisher', label: 'publisher, MB more' },
        { key: 'receiver', label: 'receiver, MB more' },
        { key: 'held', label: 'receiver, MB held' },
        { key: 'rss', label: 'receiver, RSS MB' },
      ],
      runs: 1,
      contestants: contestants(ours, (system) => measure(system, messages)),
    },
  ],
};

async function measure(system: System, messages: number): Promise<Sample> {
  const cluster = await startCluster(system, peers, [0]);
  try {
    const send = (phase: number, count: number) =>
      cluster.exchange([0], { phase, bytes, ms: 30 * 60_000, messages: count });
    const first = await send(1, Math.min(warmUp, messages));
    const before = await held(cluster);
    const second = await send(2, messages);
    const after = await held(cluster);
    const growth = (index: number) => (after[index]!.bytes - before[index]!.bytes) / 1e6;
    const fault = first.fault ?? second.fault;
    return {
      values: {
        publisher: growth(0),
        receiver: Math.max(growth(1), growth(2)),
        held: after[1]!.bytes / 1e6,
        rss: after[1]!.rss / 1e6,
      },
      ...(fault !== undefined && { fault }),
    };
  } finally {
    await cluster.close();
  }
}

async function held(cluster: Cluster) {
  const usages = await Promise.all(cluster.members.map((member) => member.ask('usage', { gc: true })));
  return usages.map(({ heapUsed, external, rss }) => ({ bytes: heapUsed + external, rss }));
}
