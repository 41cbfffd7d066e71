import { startCluster } from '../cluster.ts';
import { messagesAt } from '../orders.ts';
import { percentile } from '../statistics.ts';
import type { System } from '../systems/system.ts';
import { calmWarmUp, contestants, type Case, type Sample, type Work } from './work.ts';

/** A calm sender: how long a message takes, when none waits behind another. */

export const latency: Work = {
  name: 'latency',
  about: 'microseconds from sending to arrival, at --rate messages a second',
  always: true,
  cases: ({ systems, runs, seconds, rate, payload, peers }) => {
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
      contestants: contestants(systems, (system) => measure(system, count, bytes, rate, seconds * 2000)),
    };
    return [one];
  },
};

/**
 * So much longer is the warm-up: 48,000 messages by default. V8 compiles what a message passes through, on a thread of each process
 * that the cores have to run as well: of rx-gossip 60 functions a second after 8,000 messages, 10 after 20,000, 2 now. What delays
 * the slowest hundredth of the messages is until then that, more than anything of a system's own.
 */
const warmUpTimes = 12;

async function measure(
  system: System,
  peers: number,
  bytes: number,
  rate: number,
  ms: number,
): Promise<Sample> {
  const cluster = await startCluster(system, peers, [0]);
  try {
    const warmUp = calmWarmUp(warmUpTimes * ms, rate);
    const { collected, fault } = await cluster.exchange([0], { phase: 1, bytes, ms, rate, warmUp });
    const measured = messagesAt({ ms, rate });
    const delays = collected.flatMap((one) => one.delays.slice(-measured));
    return {
      values: { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), deliveries: delays.length },
      fault,
    };
  } finally {
    await cluster.close();
  }
}
