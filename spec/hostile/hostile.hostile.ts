import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { defaults } from '../../lib/options.ts';
import { attackers, helloFrom } from '../support/attackers.ts';
import { addressOf, build, processes, root } from '../support/process.ts';
import { attacks, type Attack } from './attacks.ts';
import { cluster, eventually, tell } from './cluster.ts';

/** Strangers against real processes: whatever they do, each message of the honest is heard, once. */

jest.setTimeout(90_000);
beforeAll(build);

const started = processes();
const strangers = attackers();
afterEach(() => strangers.end());

/** What SECURITY.md's table lets strangers cost: the store, links with what Node keeps for each, missing ids and origins. */
const allowance =
  defaults.maxOrigins * 1024 +
  defaults.storeBytes +
  (defaults.maxLinks + defaults.maxPending) * 32 * 1024 +
  2 * defaults.maxMissing * 512;
const mib = (bytes: number) => Math.round(bytes / 2 ** 20);

async function survives({ run, shows, sign = false }: Attack) {
  const { victim, all, port, talk } = await cluster(started, { sign });
  await talk(200);
  const quiet = await tell(victim);
  let on = true;
  const attacking = run({ port, attack: strangers.attack, on: () => on });
  for (let i = 0; i < 5; i++) {
    await talk(200);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  // Some are not over before they have done all of it.
  await Promise.race([attacking, new Promise((resolve) => setTimeout(resolve, 4000))]);
  const attacked = await tell(victim);
  on = false;
  strangers.end();
  await attacking;
  await talk(200);
  process.stderr.write(
    `    RSS ${mib(quiet.peak)} -> ${mib(attacked.peak)} MiB; ${JSON.stringify(
      Object.fromEntries(Object.entries(attacked.counters).filter(([, count]) => count > 0)),
    )}\n`,
  );
  for (const name of shows)
    expect({ name, shown: attacked.counters[name]! > 0 }).toEqual({ name, shown: true });
  expect(mib(attacked.peak)).toBeLessThanOrEqual(mib(quiet.peak + allowance));
  for (const one of all) {
    const { losses, gaps } = await tell(one);
    expect({ losses, gaps }).toEqual({ losses: 0, gaps: 0 });
    expect(one.errors).toEqual([]);
  }
}

describe('the honest hear each other, each message once, and the memory stays within the limits, whatever comes', () => {
  it.each(attacks)('$name', survives);

  const files = Number(spawnSync('sh', ['-c', 'ulimit -n']).stdout.toString());
  (files >= 11_000 ? it : it.skip)(
    `10,000 connections (this machine lets a process open ${files} files)`,
    () =>
      survives({
        name: '',
        shows: ['linksOverPending'],
        run: async ({ port, attack, on }) => {
          for (let i = 0; i < 10_000 && on(); i += 100)
            await Promise.all(Array.from({ length: 100 }, (_, n) => attack(port, 2 + ((i + n) % 200))));
        },
      }),
  );
});

it('a peer that runs out of files goes on with the links it has, and takes new ones as soon as there are some again', async () => {
  const target = join(root, 'spec/e2e/fixtures/target.mjs');
  // Node opens dozens of modules at once when it starts.
  const victim = started.start('sh', ['-c', `ulimit -n 96; exec "${process.execPath}" "${target}" '{}'`]);
  const address = await addressOf(victim);
  const friend = started.node(target, JSON.stringify({ connect: [address] }));
  await eventually(friend, ({ neighbors }) => neighbors === 1);
  const port = Number(address.split(':')[1]);
  for (let i = 0; i < 200; i++) (await strangers.attack(port, 2)).write(helloFrom(i));
  friend.say('say 50 during\n');
  await eventually(victim, ({ heard }) => Object.keys(heard).length === 50);
  strangers.end();
  const late = started.node(target, JSON.stringify({ connect: [address] }));
  await eventually(late, ({ neighbors }) => neighbors >= 1);
  late.say('say 50 after\n');
  await eventually(victim, ({ heard }) => Object.keys(heard).length === 100);
  expect(Object.values((await tell(victim)).heard).every((times) => times === 1)).toBe(true);
});
