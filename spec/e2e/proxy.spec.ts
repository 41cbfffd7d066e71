import { setTimeout as after } from 'node:timers/promises';
import { seeded, type Random } from '../../lib/world/random.ts';
import { build, freePorts, happenings, patience, processes, type Running } from '../support/process.ts';
import { startProxy, type Carry, type Fault, type Proxy } from '../support/proxy.ts';

/**
 * Real processes, each behind a TCP proxy that cuts, delays, cuts up or swaps what passes. TCP itself never
 * reorders the bytes of a connection, so a swap is damage: the one fault here that a link can't survive.
 */

jest.setTimeout(3 * patience);
beforeAll(build);

const { peer } = processes();
const proxies: Proxy[] = [];
afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

const heard = (one: Running) =>
  happenings(one).flatMap(({ event, payload }) => (event === 'received' ? [String(payload)] : []));
const count = (one: Running, event: string) =>
  happenings(one).filter((happening) => happening.event === event).length;
const neighbors = (one: Running) => count(one, 'connected') - count(one, 'disconnected');

/** Peers that all know the first, each reached only through a proxy of its own; a full mesh when this resolves. */
async function cluster(faults: readonly Fault[]): Promise<Running[]> {
  const ports = await freePorts(faults.length);
  const fronts = await Promise.all(ports.map((port, index) => startProxy(port, faults[index]!)));
  proxies.push(...fronts);
  const doors = fronts.map(({ address }) => address);
  const all = ports.map((port, index) =>
    peer(
      ...['--stdin', '--json', '--port', port, '--advertise', doors[index]!],
      ...(index === 0 ? [] : ['--connect', doors[0]!]),
    ),
  );
  await Promise.all(all.map((one) => one.until('a mesh', () => neighbors(one) === all.length - 1)));
  return all;
}

/** What is said, by whom, and that the others have it: each message once, and nothing else. */
function conversation(all: readonly Running[]) {
  const said = all.map((): string[] => []);
  return {
    say: (text: string): void => {
      all.forEach((one, index) => {
        const line = `${index} ${text}`;
        said[index]!.push(line);
        one.say(`${line}\n`);
      });
    },
    isEverywhere: async (): Promise<void> => {
      const due = all.map((_, index) => said.flatMap((lines, from) => (from === index ? [] : lines)));
      await Promise.all(
        all.map((one, index) => one.until('what was said', () => heard(one).length >= due[index]!.length)),
      );
      for (const [index, one] of all.entries()) {
        expect(heard(one).sort()).toEqual(due[index]!.sort());
        expect(count(one, 'gap')).toBe(0);
        expect(one.exit).toBeUndefined();
      }
    },
  };
}

/** The same fault both ways of every connection, with random numbers that only depend on which connection it is. */
function seededFault(carry: (chunks: AsyncIterable<Buffer>, random: Random) => AsyncIterable<Buffer>): Fault {
  let ways = 0;
  const way = (): Carry => {
    const random = seeded(++ways);
    return (chunks) => carry(chunks, random);
  };
  return () => ({ there: way(), back: way() });
}

const untouched: Carry = (chunks) => chunks;

it('connections that are cut anywhere, also within frames and handshakes, lose and double nothing', async () => {
  const mostCuts = 12;
  let cuts = 0;
  let cutting = false;
  let onCut: () => void = () => undefined;
  const fault = seededFault(async function* (chunks, random) {
    let left: number | undefined;
    for await (const chunk of chunks) {
      if (!cutting || cuts === mostCuts) {
        yield chunk;
        continue;
      }
      left ??= Math.floor(random() * 400);
      if (chunk.length > left) {
        yield chunk.subarray(0, left);
        cuts += 1;
        onCut();
        throw new Error('cut');
      }
      left -= chunk.length;
      yield chunk;
    }
  });
  const all = await cluster([fault, fault, fault]);
  const { say, isEverywhere } = conversation(all);
  say('before');
  await isEverywhere();

  const allCut = new Promise<void>((resolve) => {
    // At each cut something is said, so that it is said without that link, and there is more to be cut.
    onCut = () => {
      say(`at cut ${cuts}`);
      if (cuts === mostCuts) resolve();
    };
  });
  cutting = true;
  say('during');
  await allCut;
  await isEverywhere();
  expect(all.map((one) => count(one, 'disconnected') > 0)).toEqual([true, true, true]);

  await Promise.all(all.map((one) => one.until('a mesh again', () => neighbors(one) === all.length - 1)));
  say('after');
  await isEverywhere();
});

it('chunks that are late by more than repair waits for are heard once', async () => {
  const late = seededFault(async function* (chunks, random) {
    for await (const chunk of chunks) {
      await after(50 + random() * 250);
      yield chunk;
    }
  });
  const all = await cluster([late, late, late]);
  const { say, isEverywhere } = conversation(all);
  for (let round = 0; round < 20; round++) say(`late ${round}`);
  await isEverywhere();
  say('after');
  await isEverywhere();
});

it('a stream means the same however it is cut into chunks: single bytes, halves, several in one', async () => {
  const rechunked = seededFault(async function* (chunks, random) {
    for await (const chunk of chunks) {
      const choice = random();
      if (choice < 0.4 && chunk.length < 4096) {
        for (const byte of chunk) yield Buffer.of(byte);
      } else if (choice < 0.8) {
        const half = chunk.length >> 1;
        yield chunk.subarray(0, half);
        // Else the system may hand both to the reader at once.
        await after(1);
        yield chunk.subarray(half);
      } else {
        yield chunk;
        // What comes meanwhile is read as one chunk.
        await after(30);
      }
    }
  });
  const all = await cluster([rechunked, rechunked, rechunked]);
  const { say, isEverywhere } = conversation(all);
  for (let round = 0; round < 20; round++) say(`piece ${round} ${'x'.repeat(round * 100)}`);
  say(`long ${'x'.repeat(200_000)}`);
  await isEverywhere();
  expect(all.map((one) => count(one, 'disconnected'))).toEqual([0, 0, 0]);
});

describe('two chunks that are swapped', () => {
  /** The chunk in which a frame begins, in two, the second first: the rest of its length is not where it was. */
  const swap = (chunk: Buffer) => [chunk.subarray(3), chunk.subarray(0, 3)];
  const refused = /closed: frame of \d+ bytes, at most \d+ are taken/;

  it('in a handshake cost the link, with a reason, and the next dial succeeds', async () => {
    let swaps = 0;
    const fault: Fault = () => ({
      back: untouched,
      there: async function* (chunks) {
        for await (const chunk of chunks) {
          if (swaps++ === 0) yield* swap(chunk);
          else yield chunk;
        }
      },
    });
    const all = await cluster([fault, () => ({ there: untouched, back: untouched })]);
    expect(await all[0]!.error(refused)).toMatch(refused);
    const { say, isEverywhere } = conversation(all);
    say('after');
    await isEverywhere();
  });

  it('cost a neighbor its link, with a reason on both sides, until its ban is over; then what was lost is heard', async () => {
    let armed = false;
    const fault: Fault = () => ({
      back: untouched,
      there: async function* (chunks) {
        for await (const chunk of chunks) {
          if (armed) {
            armed = false;
            yield* swap(chunk);
          } else yield chunk;
        }
      },
    });
    const all = await cluster([fault, () => ({ there: untouched, back: untouched })]);
    const { say, isEverywhere } = conversation(all);
    say('before');
    await isEverywhere();
    armed = true;
    say('swapped');
    const reasons = await Promise.all(
      all.map((one) =>
        one.until('its neighbor is gone', () =>
          happenings(one).find(({ event }) => event === 'disconnected'),
        ),
      ),
    );
    for (const { reason } of reasons) expect(reason).toMatch(/frame of \d+ bytes, at most \d+ are taken/);
    expect(await all[0]!.error(refused)).toMatch(refused);
    say('apart');
    await isEverywhere();
    expect(all.map(neighbors)).toEqual([1, 1]);
    say('after');
    await isEverywhere();
  });
});
