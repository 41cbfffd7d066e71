import { build, freePorts, happenings, patience, processes, type Running } from '../support/process.ts';
import { startProxy, type Carry, type Fault, type Proxy } from '../support/proxy.ts';

/** A network that falls silent between two halves: no connection breaks, and nothing passes. */

jest.setTimeout(6 * patience);
beforeAll(build);

const size = 8;
const silence = 20_000;

const { peer } = processes();
const proxies: Proxy[] = [];
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

const heard = (one: Running) =>
  happenings(one).flatMap(({ event, payload }) => (event === 'received' ? [String(payload)] : []));
const neighbors = (one: Running): string[] => {
  const up: string[] = [];
  for (const { event, address } of happenings(one)) {
    if (event === 'connected') up.push(String(address));
    if (event === 'disconnected') up.splice(up.indexOf(String(address)), 1);
  }
  return up;
};

it(`after ${silence / 1000} s of silence between two halves of ${size} processes, all that either side said is everywhere, once`, async () => {
  const ports = await freePorts(size);
  const network = createNetwork();
  const doors: string[] = [];
  // Who dials is told by its HELLO, which has the address that it advertises.
  const sideOfCaller = (hello: Buffer) => sideOf(doors.findIndex((door) => hello.includes(door)));
  const fronts = await Promise.all(
    ports.map((port, index) =>
      startProxy(
        port,
        heldBack(network, (hello) => sideOfCaller(hello) !== sideOf(index)),
      ),
    ),
  );
  proxies.push(...fronts);
  doors.push(...fronts.map(({ address }) => address));
  const all = ports.map((port, index) =>
    peer(
      ...['--stdin', '--json', '--port', port, '--advertise', doors[index]!],
      // A seed on either side: who had no time to hear of others finds its own side all the same.
      ...['--connect', doors.slice(0, 2).join(',')],
    ),
  );
  const indexOf = (address: string) => doors.indexOf(address);
  const crosses = (one: Running, index: number) =>
    neighbors(one).some((address) => sideOf(indexOf(address)) !== sideOf(index));
  // No more than one each may be waited for: where the others' views are full, a peer may stay with few.
  await Promise.all(all.map((one) => one.until('a neighbor', () => neighbors(one).length > 0)));
  expect(all.some(crosses)).toBe(true);

  network.fallSilent();
  const healed = new Promise((resolve) => setTimeout(resolve, silence));
  // Each has noticed: its neighbors are on its own side.
  await Promise.all(
    all.map((one, index) =>
      one.until('only its own side', () => neighbors(one).length > 0 && !crosses(one, index)),
    ),
  );
  all.forEach((one, index) => one.say(`split ${index}\n`));
  await Promise.all(
    all.map((one, index) =>
      one
        .until('its own side', () => heard(one).length === size / 2 - 1)
        .then(() => {
          expect(
            heard(one).every((text) => sideOf(Number(text.slice('split '.length))) === sideOf(index)),
          ).toBe(true);
        }),
    ),
  );
  await healed;
  expect(all.map((one) => heard(one).length)).toEqual(all.map(() => size / 2 - 1));
  network.speak();

  const said = all.map((_, index) => `split ${index}`);
  await Promise.all(
    all.map((one, index) =>
      one
        .until('what both sides said', () => heard(one).length >= size - 1, 3 * patience)
        .then(() => {
          expect(heard(one).sort()).toEqual(said.filter((_, from) => from !== index));
        }),
    ),
  );
  all.forEach((one, index) => one.say(`whole ${index}\n`));
  await Promise.all(
    all.map((one) => one.until('what is said now', () => heard(one).length >= 2 * (size - 1))),
  );
  const everything = [...said, ...all.map((_, index) => `whole ${index}`)];
  for (const [index, one] of all.entries())
    expect(heard(one).sort()).toEqual(everything.filter((text) => !text.endsWith(` ${index}`)));
  expect(all.flatMap((one) => happenings(one).filter(({ event }) => event === 'gap'))).toEqual([]);
});

const sideOf = (index: number) => index % 2;

interface Network {
  readonly fallSilent: () => void;
  readonly speak: () => void;
  /** Resolves when it is not silent. */
  readonly passes: () => Promise<void>;
}

function createNetwork(): Network {
  let open = Promise.resolve();
  let speak: () => void = () => undefined;
  return {
    fallSilent: () => {
      open = new Promise((resolve) => (speak = resolve));
    },
    speak: () => speak(),
    passes: () => open,
  };
}

/** While the network is silent, what goes from side to side is held back, ends of connections too: TCP would send it again. */
function heldBack(network: Network, crosses: (hello: Buffer) => boolean): Fault {
  return () => {
    let met: (crossing: boolean) => void = () => undefined;
    const crossing = new Promise<boolean>((resolve) => (met = resolve));
    const passes = async () => {
      if (await crossing) await network.passes();
    };
    const way = (look: (chunk: Buffer) => void): Carry =>
      async function* (chunks) {
        for await (const chunk of chunks) {
          look(chunk);
          await passes();
          yield chunk;
        }
        await passes();
      };
    // Only the first call of `met` counts: the HELLO's.
    return { there: way((chunk) => met(crosses(chunk))), back: way(() => undefined) };
  };
}
