import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { build, freePorts, happenings, patience, processes, type Running } from '../support/process.ts';

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
  const network = { silent: false };
  const fronts = await Promise.all(ports.map((port, index) => startProxy(port, sideOf(index), network)));
  proxies.push(...fronts);
  const doors = fronts.map(({ address }) => address);
  // Who dials is told by its HELLO, which has the address that it advertises.
  for (const proxy of fronts)
    proxy.sideOfCaller = (hello) => doors.findIndex((door) => hello.includes(door)) % 2;
  const all = ports.map((port, index) =>
    peer(
      ...['--stdin', '--json', '--port', port, '--advertise', doors[index]!],
      ...(index === 0 ? [] : ['--connect', doors[0]!]),
    ),
  );
  const indexOf = (address: string) => doors.indexOf(address);
  const crosses = (one: Running, index: number) =>
    neighbors(one).some((address) => sideOf(indexOf(address)) !== sideOf(index));
  await Promise.all(all.map((one) => one.until('3 neighbors', () => neighbors(one).length >= 3)));
  expect(all.some(crosses)).toBe(true);

  network.silent = true;
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
  network.silent = false;

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

interface Proxy {
  readonly address: string;
  sideOfCaller: (hello: Buffer) => number;
  close(): Promise<void>;
}

/** Stands before a peer; while the network is silent, what goes from side to side is held back, as TCP would. */
async function startProxy(port: number, side: number, network: { readonly silent: boolean }): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const own = (socket: Socket) => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((caller) => {
    own(caller).once('data', (hello: Buffer) => {
      const crossing = proxy.sideOfCaller(hello) !== side;
      const callee = own(connect(port, '127.0.0.1'));
      forward(caller, callee, () => crossing && network.silent, hello);
      forward(callee, caller, () => crossing && network.silent);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    sideOfCaller: () => side,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return proxy;
}

function forward(from: Socket, to: Socket, silent: () => boolean, first?: Buffer): void {
  const held: Buffer[] = first === undefined ? [] : [first];
  let ended = false;
  const pass = () => {
    if (silent()) return;
    for (const chunk of held.splice(0)) to.write(chunk);
    if (ended) {
      clearInterval(again);
      to.end();
    }
  };
  // The system would send again what was not acknowledged.
  const again = setInterval(pass, 200);
  from.on('data', (chunk: Buffer) => {
    held.push(chunk);
    pass();
  });
  from.on('end', () => {
    ended = true;
    pass();
  });
  from.on('close', () => {
    ended = true;
    pass();
  });
  to.on('close', () => {
    clearInterval(again);
    if (!silent()) from.destroy();
  });
  pass();
}
