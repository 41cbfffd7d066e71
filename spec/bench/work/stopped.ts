import { setTimeout as sleep } from 'node:timers/promises';
import { patience, startCluster, type Cluster } from '../cluster.ts';
import type { Collected } from '../orders.ts';
import type { System } from '../systems/system.ts';
import { contestants, KiB, warmUpFault, type Sample, type Work } from './work.ts';

/** One receiver stands still (SIGSTOP) under full load, and goes on later: what it costs the publisher and the others. */

const [peers, bytes] = [8, 16 * KiB];
const everyMs = 250;

export const stopped: Work = {
  name: 'stopped',
  about:
    'a receiver stopped for --stop seconds under full load: memory of the publisher, rate of the others, gaps',
  always: false,
  cases: ({ ours, stop }) => [
    {
      work: 'stopped',
      title: `a receiver stopped for ${stop} s: ${peers} processes, 1 publisher, 16 KiB, full load`,
      settings: { peers, bytes, seconds: stop },
      figures: [
        { key: 'rateBefore', label: 'deliveries/s a receiver' },
        { key: 'rateDuring', label: 'while one is stopped' },
        { key: 'rssBefore', label: 'publisher RSS MB' },
        { key: 'rssPeak', label: 'peak while stopped' },
        { key: 'missed', label: 'missed by the stopped' },
        { key: 'told', label: 'of these told as gaps' },
      ],
      runs: 1,
      contestants: contestants(ours, (system) => measure(system, stop * 1000)),
    },
  ],
};

async function measure(system: System, ms: number): Promise<Sample> {
  const cluster = await startCluster(system, peers, [0]);
  try {
    const warmUp = await cluster.exchange([0], { phase: 1, bytes, ms: 1000 });
    // As long as what follows: V8's young heap grows for about as long under load, in every process, and would count as held.
    const calm = await cluster.exchange([0], { phase: 2, bytes, ms });
    const rssBefore = await rssOf(cluster);
    const victim = cluster.members.at(-1)!;
    const [publisher] = cluster.members;

    process.kill(victim.pid, 'SIGSTOP');
    const sending = publisher!.ask('send', { phase: 3, bytes, ms }, ms + 120_000);
    let rssPeak = rssBefore;
    for (const until = Date.now() + ms; Date.now() < until;) {
      await sleep(everyMs);
      rssPeak = Math.max(rssPeak, await rssOf(cluster));
    }
    const sent = await sending;
    process.kill(victim.pid, 'SIGCONT');

    const order = { phase: 3, sent: [[sent.publisher, sent.count]] as const, patience };
    const all = await Promise.all(
      cluster.members.slice(1).map((member) => member.ask('collect', order, 600_000)),
    );
    const last = all.at(-1)!;
    const others = all.slice(0, -1);
    const tookMs = Math.max(...others.map((one) => one.lastAt)) - sent.startedAt;
    return {
      values: {
        rateBefore: ((calm.received / (peers - 1)) * 1000) / calm.ms,
        rateDuring: (sent.count * 1000) / tookMs,
        rssBefore,
        rssPeak,
        missed: last.missing,
        told: last.lost,
      },
      fault: calm.fault ?? sent.stopped ?? faultOf(others, last) ?? warmUpFault(warmUp),
    };
  } finally {
    await cluster.close();
  }
}

function faultOf(others: readonly Collected[], last: Collected): string | undefined {
  const missing = others.reduce((sum, one) => sum + one.missing, 0);
  const twice = [...others, last].reduce((sum, one) => sum + one.duplicates, 0);
  const silent = last.missing - last.lost;
  const words = [
    missing > 0 ? `the others lost ${missing}` : '',
    twice > 0 ? `${twice} twice` : '',
    silent > 0 ? `the stopped one lost ${silent} without a word` : '',
    silent < 0 ? `${-silent} told as lost that came` : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? undefined : words.join(', ');
}

async function rssOf({ members }: Cluster): Promise<number> {
  return (await members[0]!.ask('usage', {})).rss / 1e6;
}
