import {
  addressOf,
  build,
  freePorts,
  happenings,
  patience,
  processes,
  type Running,
} from '../support/process.ts';

/** Peers that go, in every way a process can go, and that come back. */

jest.setTimeout(3 * patience);
beforeAll(build);

const { peer } = processes();

const about = (one: Running, event: 'Connected to' | 'Disconnected from', address: string) =>
  one.lines.filter((line) => line.endsWith(` - ${event} peer at "${address}"`)).length;

/** Waits until `one` has met the peer at that address so many times. */
const meets = (one: Running, address: string, times = 1) =>
  one.until(`Connected to ${address}, ${times} times`, () => about(one, 'Connected to', address) === times);

/** Waits until `one` has lost it. */
const misses = (one: Running, address: string, limit = patience) =>
  one.until(`Disconnected from ${address}`, () => about(one, 'Disconnected from', address) === 1, limit);

const hears = (one: Running, text: string, from: string) => {
  const heard = ` - Received message [${text}] from "${from}"`;
  return one.until(heard, () => one.lines.some((line) => line.endsWith(heard)));
};

/** A seed and two that join through it; they only listen, and say what is said to them. All know each other. */
async function three(port = 0) {
  const a = peer('--port', port, '--stdin');
  const atA = await addressOf(a);
  const [b, c] = [peer('--stdin', '--connect', atA), peer('--stdin', '--connect', atA)];
  const [atB, atC] = await Promise.all([addressOf(b), addressOf(c)]);
  await Promise.all([
    meets(a, atB),
    meets(a, atC),
    meets(b, atA),
    meets(b, atC),
    meets(c, atA),
    meets(c, atB),
  ]);
  return { a, b, c, atA, atB, atC };
}

/** Windows has no signals: there a process is ended, or the terminal tells it. */
const onPosix = process.platform === 'win32' ? it.skip : it;

it('a killed peer is reported as disconnected by each of the others, which keep each other', async () => {
  const { a, b, c, atA, atB, atC } = await three();
  c.kill('SIGKILL');
  await Promise.all([misses(a, atC), misses(b, atC)]);
  expect([about(a, 'Disconnected from', atB), about(b, 'Disconnected from', atA)]).toEqual([0, 0]);
});

onPosix.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: the peer tells the others that it leaves, and ends with exit code 0 within a second',
  async (signal) => {
    const { a, b, c, atA, atC } = await three();
    const observer = peer('--no-send', '--json', '--connect', atA);
    const seen = (event: string) => happenings(observer).filter((one) => one.event === event);
    await observer.until('3 neighbors', () => seen('connected').length === 3);
    c.kill(signal);
    expect(await c.ended(1000)).toEqual({ code: 0, signal: null });
    await Promise.all([misses(a, atC), misses(b, atC)]);
    const [gone] = await observer.until(
      'disconnected',
      () => seen('disconnected').length > 0 && seen('disconnected'),
    );
    expect(gone).toMatchObject({ address: atC, reason: 'left' });
    // It is the others that lost a neighbor, not the one that left.
    expect(c.lines.filter((line) => line.includes('Disconnected'))).toEqual([]);
    expect(c.errors).toEqual([]);
  },
);

onPosix('a stopped peer is reported as disconnected within 5 seconds, whenever it is stopped', async () => {
  // Pairs, so that no other link's alarms help. The watcher's messages are the clock: the link has different ages.
  const stopAfter = async (messages: number) => {
    const watcher = peer('--period', 0.4);
    const stopped = peer('--no-send', '--connect', await addressOf(watcher));
    const address = await addressOf(stopped);
    await meets(watcher, address);
    const said = () => watcher.lines.filter((line) => line.endsWith(` to ["${address}"]`)).length;
    await watcher.until(`${messages} messages`, () => said() >= messages);
    stopped.kill('SIGSTOP');
    await misses(watcher, address, 5000);
  };
  await Promise.all([1, 2, 3, 5].map(stopAfter));
});

onPosix('a stopped peer rejoins when it is continued, and is heard again', async () => {
  const { a, b, c, atA, atB, atC } = await three();
  c.kill('SIGSTOP');
  await Promise.all([misses(a, atC), misses(b, atC)]);
  c.kill('SIGCONT');
  // The one that slept may never learn that it had been given up: then a newer link just takes the place of the old.
  await Promise.all([meets(a, atC, 2), meets(b, atC, 2)]);
  c.say('back again\n');
  await Promise.all([hears(a, 'back again', atC), hears(b, 'back again', atC)]);
  a.say('welcome\n');
  await hears(c, 'welcome', atA);
  // The two that were never stopped did not lose each other over it.
  expect([about(a, 'Disconnected from', atB), about(b, 'Disconnected from', atA)]).toEqual([0, 0]);
});

it('a peer that is restarted at the same port is a new peer, and what it says is heard', async () => {
  const { atA } = await three();
  const [port = 0] = await freePorts(1);
  const observer = peer('--no-send', '--json', '--connect', atA);
  const seen = (event: string) => happenings(observer).filter((one) => one.event === event);
  const here = () => seen('connected').filter(({ address }) => address === `127.0.0.1:${port}`);

  for (const times of [1, 2, 3]) {
    const restarted = peer('--port', port, '--stdin', '--connect', atA);
    await observer.until(`${times} meetings`, () => here().length === times);
    // The same text each time: a new process's first message is not the first message of the one before.
    restarted.say('hello\n');
    await observer.until(`${times} messages`, () => seen('received').length === times);
    restarted.kill('SIGKILL');
    await observer.until(`${times} losses`, () => seen('disconnected').length === times);
  }
  expect(new Set(here().map(({ peer: id }) => id)).size).toBe(3);
});

it('a seed that is restarted at the same port gets its peers back, though it knows none of them', async () => {
  const [port = 0] = await freePorts(1);
  const { a, b, c, atA, atB, atC } = await three(port);
  a.kill('SIGKILL');
  await Promise.all([misses(b, atA), misses(c, atA)]);
  const again = peer('--port', port, '--no-send');
  await Promise.all([meets(b, atA, 2), meets(c, atA, 2), meets(again, atB), meets(again, atC)]);
  expect([about(b, 'Disconnected from', atC), about(c, 'Disconnected from', atB)]).toEqual([0, 0]);
});

it('peers that are started before their seed join as soon as it is there', async () => {
  const [port = 0] = await freePorts(1);
  const atSeed = `127.0.0.1:${port}`;
  const [b, c] = [peer('--no-send', '--connect', atSeed), peer('--no-send', '--connect', atSeed)];
  const [atB, atC] = await Promise.all([addressOf(b), addressOf(c)]);
  // They have knocked, say so, and go on.
  await Promise.all([b.error(new RegExp(atSeed)), c.error(new RegExp(atSeed))]);
  const seed = peer('--port', port, '--no-send');
  await Promise.all([meets(b, atSeed), meets(c, atSeed), meets(seed, atB), meets(seed, atC)]);
  await Promise.all([meets(b, atC), meets(c, atB)]);
});
