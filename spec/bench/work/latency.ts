import { startCluster } from '../cluster.ts';
import type { Pace } from '../orders.ts';
import { percentile } from '../statistics.ts';
import type { System } from '../systems/system.ts';
import { calmWarmUp, contestants, warmUpFault, type Case, type Sample, type Work } from './work.ts';

/** A calm sender: how long a message takes, when none waits behind another. */

export const latency: Work = {
  name: 'latency',
  about: 'microseconds from sending to arrival, at --rate messages a second',
  always: true,
  cases: ({ systems, runs, seconds, 'warm-up': warmUp, rate, payload, peers }) => {
    const [bytes = 256] = payload;
    const [count = 8] = peers;
    const one: Case = {
      work: 'latency',
      title: `latency: ${count} processes, 1 publisher, ${bytes} B, ${rate} messages/s`,
      settings: { peers: count, bytes, rate },
      figures: [
        { key: 'p50', label: 'p50 us' },
        { key: 'p99', label: 'p99 us' },
        { key: 'deliveries', label: 'deliveries' },
      ],
      runs,
      // Twice as long as a flood: 200 messages a second are few to take a 99th percentile of.
      contestants: contestants(systems, (system) =>
        measure(system, count, bytes, calmWarmUp(warmUp * 2000, rate), { ms: seconds * 2000, rate }),
      ),
    };
    return [one];
  },
};

async function measure(
  system: System,
  peers: number,
  bytes: number,
  warmUp: Pace,
  pace: Pace,
): Promise<Sample> {
  const cluster = await startCluster(system, peers, [0]);
  try {
    const warm = await cluster.exchange([0], { phase: 1, bytes, ...warmUp });
    const { collected, fault } = await cluster.exchange([0], { phase: 2, bytes, ...pace });
    const delays = collected.flatMap((one) => one.delays);
    return {
      values: { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), deliveries: delays.length },
      fault: fault ?? warmUpFault(warm),
    };
  } finally {
    await cluster.close();
  }
}
