import { attacks, type Attack } from '../../hostile/attacks.ts';
import { startAttack } from '../attack.ts';
import { startCluster } from '../cluster.ts';
import type { Pace } from '../orders.ts';
import { percentile } from '../statistics.ts';
import { rxGossip, rxGossipSigned } from '../systems/rx-gossip.ts';
import { calmWarmUp, warmUpFault, type Case, type Sample, type Work } from './work.ts';

/** A calm sender, and one of those that hear it is attacked: what the attack costs that one. */

const [peers, bytes] = [4, 256];
/** Not the publisher: a message that it sends late is stamped late, and would hide what the attack did. */
const [publisher, victim] = [0, 1];

export const hostile: Work = {
  name: 'hostile',
  about: 'each attack of the hostile suite: p99 against the quiet one, longest turn of the attacked (Linux)',
  always: false,
  cases: ({ runs, seconds, rate, quick }) => {
    const chosen = quick ? attacks.slice(0, 2) : attacks;
    const one: Case = {
      work: 'hostile',
      title: `hostile: ${peers} processes, 1 publisher, ${bytes} B, ${rate} messages/s, as a receiver that is attacked gets them`,
      settings: { peers, bytes, rate, attacks: chosen.length },
      figures: [
        { key: 'p50Quiet', label: 'p50 us, quiet' },
        { key: 'p99Quiet', label: 'p99 us, quiet' },
        { key: 'p50', label: 'p50 us' },
        { key: 'p99', label: 'p99 us' },
        { key: 'ratio', label: 'p99, of quiet' },
        { key: 'turnQuiet', label: 'turn, CPU ms, quiet' },
        { key: 'turn', label: 'turn, CPU ms' },
        { key: 'links', label: 'links/s of the attack' },
        { key: 'megabytes', label: 'its MB/s' },
      ],
      // There are many attacks, and each run has its own quiet to be compared with.
      runs: Math.ceil(runs / 2),
      contestants: chosen.map((attack) => ({
        name: `rx-gossip: ${attack.name}`,
        label: attack.name,
        measure: () => measure(attack, rate, seconds * 2000),
      })),
    };
    return [one];
  },
};

async function measure({ name, sign = false }: Attack, rate: number, ms: number): Promise<Sample> {
  const cluster = await startCluster(sign ? rxGossipSigned : rxGossip, peers, [publisher]);
  try {
    const send = async (phase: number, pace: Pace) => {
      const { collected, fault } = await cluster.exchange([publisher], { phase, bytes, ...pace });
      const { delays } = collected[victim - 1]!;
      return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), fault };
    };
    const turn = async () => (await cluster.members[victim]!.ask('turns', {})).longest;

    const warmUp = await send(1, calmWarmUp(2 * ms, rate));
    await turn();
    const quiet = await send(2, { ms, rate });
    const turnQuiet = await turn();

    const attack = await startAttack(name, cluster.addresses[victim]!.split(':').at(-1)!);
    try {
      const begun = performance.now();
      const attacked = await send(3, { ms, rate });
      const seconds = (performance.now() - begun) / 1000;
      const done = await attack.done();
      return {
        values: {
          ...{ p50Quiet: quiet.p50, p99Quiet: quiet.p99, p50: attacked.p50, p99: attacked.p99 },
          ...{ ratio: attacked.p99 / quiet.p99, turnQuiet, turn: await turn() },
          ...{ links: done.links / seconds, megabytes: done.bytes / 1e6 / seconds },
        },
        fault: quiet.fault ?? attacked.fault ?? warmUpFault(warmUp),
      };
    } finally {
      await attack.end();
    }
  } finally {
    await cluster.close();
  }
}
