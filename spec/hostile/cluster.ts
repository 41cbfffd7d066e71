import { join } from 'node:path';
import { addressOf, root, type processes, type Running } from '../support/process.ts';

/** Three honest peers that know each other, in processes of their own. */

export interface Told {
  readonly heard: Readonly<Record<string, number>>;
  readonly gaps: number;
  readonly peak: number;
  readonly losses: number;
  readonly neighbors: number;
  readonly counters: Readonly<Record<string, number>>;
}

const target = join(root, 'spec/e2e/fixtures/target.mjs');

export async function cluster({ node }: ReturnType<typeof processes>, options = {}) {
  // Under any load V8 lets young objects take 48 MiB by default, which is no part of what is kept for strangers.
  const start = (more: object) =>
    node('--max-semi-space-size=1', target, JSON.stringify({ ...options, ...more }));
  const victim = start({});
  const address = await addressOf(victim);
  const friends = [1, 2].map(() => start({ connect: [address] }));
  const all = [victim, ...friends];
  await Promise.all(all.map(addressOf));
  for (const one of all) await eventually(one, ({ neighbors }) => neighbors === 2);

  let round = 0;
  /** Each says so many messages; resolves when each has heard all of the others', once each. */
  const talk = async (count: number) => {
    const name = `round${++round}-`;
    all.forEach((one, i) => one.say(`say ${count} ${name}${i}\n`));
    for (const [i, one] of all.entries()) {
      const expected = all.flatMap((_, j) =>
        i === j ? [] : Array.from({ length: count }, (__, n) => `${name}${j} ${n}`),
      );
      const { heard } = await eventually(one, (told) => expected.every((text) => text in told.heard));
      const mine = Object.entries(heard).filter(
        ([text]) => !/^round\d+-/.test(text) || text.startsWith(name),
      );
      expect(mine.filter(([, times]) => times !== 1)).toEqual([]);
      expect(mine.map(([text]) => text).sort()).toEqual(expected.sort());
    }
  };
  return { victim, all, port: Number(address.split(':')[1]), talk };
}

/** Asks again and again until the answer is as wanted. */
export async function eventually(
  one: Running,
  wanted: (told: Told) => boolean,
  limit = 30_000,
): Promise<Told> {
  const until = Date.now() + limit;
  for (;;) {
    const told = await tell(one);
    if (wanted(told)) return told;
    if (Date.now() > until) {
      const heard = Object.keys(told.heard).length;
      throw new Error(`not within ${limit} ms: ${JSON.stringify({ ...told, heard }).slice(0, 1500)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function tell(one: Running): Promise<Told> {
  const answers = () => one.lines.filter((line) => line.startsWith('{"heard"'));
  const before = answers().length;
  one.say('tell\n');
  return JSON.parse(await one.until('what it tells', () => answers()[before])) as Told;
}
