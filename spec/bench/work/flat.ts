import { startCluster } from '../cluster.ts';
import { median } from '../statistics.ts';
import type { System } from '../systems/system.ts';
import { contestants, warmUpFault, type Sample, type Work } from './work.ts';

/** Minutes of full load: is a receiver's memory the same at their end as at their beginning? */

const [peers, bytes] = [8, 256];
const looks = 20;

export const flat: Work = {
  name: 'flat',
  about: 'memory of a receiver over --flat seconds of full load',
  always: false,
  cases: ({ ours, flat: seconds }) => [
    {
      work: 'flat',
      title: `flat: ${seconds} s of load, ${peers} processes, 1 publisher, ${bytes} B`,
      settings: { peers, bytes, seconds },
      figures: [
        { key: 'early', label: 'RSS MB, first quarter' },
        { key: 'late', label: 'RSS MB, last quarter' },
        { key: 'growth', label: 'MB more' },
        { key: 'rate', label: 'deliveries/s' },
      ],
      runs: 1,
      contestants: contestants(ours, (system) => measure(system, seconds * 1000)),
    },
  ],
};

/** Looks at all receivers between stretches of load. The first stretch is warm-up and is not looked at. */
async function measure(system: System, ms: number): Promise<Sample> {
  const cluster = await startCluster(system, peers, [0]);
  try {
    const warmUp = await cluster.exchange([0], { phase: 1, bytes, ms: ms / looks });
    const rss: number[] = [];
    const rates: number[] = [];
    for (let look = 0; look < looks; look++) {
      const {
        received,
        ms: took,
        fault,
      } = await cluster.exchange([0], { phase: look + 2, bytes, ms: ms / looks });
      if (fault !== undefined) return { values: {}, fault };
      rates.push((received * 1000) / took);
      const usages = await Promise.all(cluster.members.slice(1).map((member) => member.ask('usage', {})));
      rss.push(median(usages.map((usage) => usage.rss)) / 1e6);
    }
    const [early, late] = [median(rss.slice(0, looks / 4)), median(rss.slice(-looks / 4))];
    const values = { early, late, growth: late - early, rate: median(rates) };
    return { values, fault: warmUpFault(warmUp) };
  } finally {
    await cluster.close();
  }
}
