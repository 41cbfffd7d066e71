import { networkInterfaces } from 'node:os';
import { addressOf, build, freePorts, patience, processes, type Running } from '../support/process.ts';

/** What peers are called, and who may meet whom: --host, --advertise, --connect, --cluster between processes. */

jest.setTimeout(3 * patience);
beforeAll(build);

const { peer } = processes();

const portOf = (address: string) => address.slice(address.lastIndexOf(':') + 1);
const connected = (one: Running) =>
  one.lines.flatMap((line) => / - Connected to peer at "(.*)"$/.exec(line)?.[1] ?? []);
const meets = (one: Running, address: string) =>
  one.until(`Connected to ${address}`, () => connected(one).includes(address));
const heard = (one: Running, text: string) =>
  one
    .line(new RegExp(` - Received message \\[${text}\\] from "`))
    .then((line) => /from "(.*)"/.exec(line)?.[1]);

const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');
const withIPv6 = hasIPv6 ? it : it.skip;

it('a peer that listens on all addresses is known by the one that the others see', async () => {
  const seed = peer('--stdin');
  const atSeed = await addressOf(seed);
  const [port = 0] = await freePorts(1);
  const everywhere = peer('--host', '0.0.0.0', '--port', port, '--stdin', '--connect', atSeed);
  await meets(seed, `127.0.0.1:${port}`);
  // Somebody else can dial it there, and knows whose words these are.
  const third = peer('--no-send', '--connect', atSeed);
  await meets(third, `127.0.0.1:${port}`);
  everywhere.say('hello\n');
  expect(await Promise.all([heard(seed, 'hello'), heard(third, 'hello')])).toEqual([
    `127.0.0.1:${port}`,
    `127.0.0.1:${port}`,
  ]);
});

it('a peer with --advertise none is a neighbor like any other: it dials those whom it cannot be dialled by', async () => {
  const seed = peer('--stdin');
  const atSeed = await addressOf(seed);
  const second = peer('--no-send', '--connect', atSeed);
  const atSecond = await addressOf(second);
  await meets(seed, atSecond);
  const hidden = peer('--advertise', 'none', '--stdin', '--connect', atSeed);
  await Promise.all([meets(hidden, atSeed), meets(hidden, atSecond)]);
  hidden.say('from the dark\n');
  await Promise.all([heard(seed, 'from the dark'), heard(second, 'from the dark')]);
  seed.say('to the dark\n');
  expect(await heard(hidden, 'to the dark')).toBe(atSeed);
  expect(connected(second)).toHaveLength(2);
});

it('a seed may be a name, and is then known by the address that it advertises', async () => {
  const seed = peer('--no-send');
  const atSeed = await addressOf(seed);
  const second = peer('--no-send', '--connect', `localhost:${portOf(atSeed)}`);
  await meets(second, atSeed);
  await meets(seed, await addressOf(second));
});

withIPv6('IPv6 addresses are written in brackets, and dialled', async () => {
  const [one = 0, two = 0] = await freePorts(2);
  const seed = peer('--host', '::1', '--port', one, '--no-send');
  await seed.line(new RegExp(`My address is "\\[::1\\]:${one}"$`));
  const second = peer('--host', '::1', '--port', two, '--no-send', '--connect', `[::1]:${one}`);
  await Promise.all([meets(seed, `[::1]:${two}`), meets(second, `[::1]:${one}`)]);
});

it('--connect takes many addresses, and those that nobody is at do no harm', async () => {
  const [a, b, c] = [peer('--no-send'), peer('--no-send'), peer('--no-send')];
  const [atA, atB, atC] = await Promise.all([addressOf(a), addressOf(b), addressOf(c)]);
  const [nobody = 0] = await freePorts(1);
  const joiner = peer('--no-send', '--connect', `${atA},127.0.0.1:${nobody}`, '--connect', `${atB}, ${atC}`);
  await Promise.all([meets(joiner, atA), meets(joiner, atB), meets(joiner, atC)]);
  await Promise.all([meets(a, atB), meets(b, atC), meets(c, atA)]);
});

it('a peer that is told of itself does not become its own neighbor', async () => {
  const [port = 0] = await freePorts(1);
  const itself = peer(
    ...['--port', port, '--no-send'],
    ...['--connect', `127.0.0.1:${port},localhost:${port}`],
  );
  const second = peer('--no-send', '--connect', await addressOf(itself));
  await Promise.all([meets(itself, await addressOf(second)), meets(second, `127.0.0.1:${port}`)]);
  expect([connected(itself).length, connected(second).length]).toEqual([1, 1]);
  expect(itself.lines.filter((line) => line.includes('Disconnected'))).toEqual([]);
});

it('peers of different clusters refuse each other, say why, and nothing passes', async () => {
  const red = peer('--cluster', 'red', '--stdin');
  const atRed = await addressOf(red);
  const blue = peer('--cluster', 'blue', '--period', '100ms', '--connect', atRed);
  await Promise.all([red.error(/cluster.*"blue"/), blue.error(/cluster.*"red"/)]);
  const friend = peer('--cluster', 'red', '--no-send', '--connect', atRed);
  await meets(red, await addressOf(friend));
  red.say('for red ears\n');
  await heard(friend, 'for red ears');
  expect(connected(red)).toHaveLength(1);
  expect(connected(blue)).toEqual([]);
  expect(blue.lines.filter((line) => line.includes('Received'))).toEqual([]);
});
