import { startCluster } from '../cluster.ts';
import { median } from '../statistics.ts';
import type { System } from '../systems/system.ts';
import {
  bytesText,
  contestants,
  KiB,
  MiB,
  warmUpFault,
  type Case,
  type Plan,
  type Sample,
  type Work,
} from './work.ts';

/** As fast as each system lets: deliveries a second, and what they cost in CPU and memory. */

interface Shape {
  readonly peers: number;
  readonly publishers: number;
  readonly bytes: number;
}

const usual: readonly Shape[] = [
  { peers: 8, publishers: 1, bytes: 256 },
  { peers: 8, publishers: 1, bytes: 16 * KiB },
  { peers: 8, publishers: 1, bytes: MiB },
  { peers: 8, publishers: 8, bytes: 256 },
  { peers: 2, publishers: 1, bytes: 256 },
  { peers: 32, publishers: 1, bytes: 256 },
];

/** More processes than this on one machine measure its scheduler as much as the system: fewer runs will do. */
const many = 16;

export const throughput: Work = {
  name: 'throughput',
  about: 'deliveries a second, CPU a delivery, memory of a receiver: 1 publisher and all at once',
  always: true,
  cases: (plan) => shapes(plan).map((shape) => caseOf(shape, plan)),
};

function shapes({ peers, publishers, payload }: Plan): readonly Shape[] {
  if (peers.length + publishers.length + payload.length === 0) return usual;
  const or = (given: readonly number[], preset: number) => (given.length > 0 ? given : [preset]);
  return or(peers, 8).flatMap((count) =>
    or(publishers, 1).flatMap((who) =>
      or(payload, 256).map((bytes) => ({ peers: count, publishers: Math.min(who, count), bytes })),
    ),
  );
}

function caseOf(shape: Shape, { systems, runs, seconds, 'warm-up': warmUp }: Plan): Case {
  const { peers, publishers, bytes } = shape;
  return {
    work: 'throughput',
    title: `${peers} processes, ${publishers === 1 ? `1 publisher to ${peers - 1}` : `${publishers} publishers at once`}, ${bytesText(bytes)}`,
    settings: { ...shape },
    figures: [
      { key: 'rate', label: 'deliveries/s' },
      { key: 'megabytes', label: 'MB/s' },
      { key: 'cpu', label: 'CPU us/delivery' },
      { key: 'rss', label: 'RSS MB/receiver' },
      { key: 'messages', label: 'messages' },
    ],
    runs: peers > many ? Math.ceil(runs / 2) : runs,
    contestants: contestants(systems, (system) => measure(system, shape, warmUp * 1000, seconds * 1000)),
  };
}

async function measure(
  system: System,
  { peers, publishers, bytes }: Shape,
  warmUpMs: number,
  ms: number,
): Promise<Sample> {
  const who = Array.from({ length: publishers }, (_, index) => index);
  const cluster = await startCluster(system, peers, who);
  try {
    const warmUp = await cluster.exchange(who, { phase: 1, bytes, ms: warmUpMs });
    const before = await cluster.cpu();
    const { received, ms: took, fault, sent } = await cluster.exchange(who, { phase: 2, bytes, ms });
    const cpu = (await cluster.cpu()) - before;
    const usages = await Promise.all(cluster.members.slice(1).map((member) => member.ask('usage', {})));
    const rate = (received * 1000) / took;
    return {
      values: {
        rate,
        megabytes: (rate * bytes) / 1e6,
        cpu: cpu / received,
        rss: median(usages.map(({ rss }) => rss)) / 1e6,
        messages: sent.reduce((sum, { count }) => sum + count, 0),
      },
      fault: fault ?? warmUpFault(warmUp),
    };
  } finally {
    await cluster.close();
  }
}
