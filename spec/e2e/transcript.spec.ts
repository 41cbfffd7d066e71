import { addressOf, build, freePorts, patience, processes, type Running } from '../support/process.ts';

/**
 * The transcript in the README of rust-simple-gossip, from three real processes started with its own flags.
 * It stays green for good.
 */

beforeAll(build);

const clock = String.raw`^\d{2}:[0-5]\d:[0-5]\d - `;
const address = String.raw`"127\.0\.0\.1:\d{4,5}"`;
const message = String.raw`\[[A-Za-z0-9]{10}\]`;
const forms = [
  `My address is ${address}$`,
  `Connected to peer at ${address}$`,
  String.raw`Sending message ${message} to \[(${address}(, ${address})*)?\]$`,
  `Received message ${message} from ${address}$`,
].map((form) => new RegExp(clock + form));

interface Said {
  readonly message: string;
  readonly to: readonly string[];
}

const quoted = (text: string) => [...text.matchAll(/"([^"]+)"/g)].map(([, inside]) => inside ?? '');

function sent(lines: readonly string[]): Said[] {
  return lines.flatMap((line) => {
    const [, text, to] = / - Sending message \[(.*?)\] to \[(.*)\]$/.exec(line) ?? [];
    return text === undefined || to === undefined ? [] : [{ message: text, to: quoted(to) }];
  });
}

function received(lines: readonly string[]): { message: string; from: string }[] {
  return lines.flatMap((line) => {
    const [, text, from] = / - Received message \[(.*?)\] from "(.*)"$/.exec(line) ?? [];
    return text === undefined || from === undefined ? [] : [{ message: text, from }];
  });
}

function connected(lines: readonly string[]): string[] {
  return lines.filter((line) => line.includes(' - Connected to peer at ')).flatMap(quoted);
}

/** Those that went to both others: whoever was not there yet did not miss anything. */
const toBoth = (lines: readonly string[]) => sent(lines).filter(({ to }) => new Set(to).size === 2);

const seconds = (line: string) => {
  const [hours = 0, minutes = 0, rest = 0] = line.slice(0, 8).split(':').map(Number);
  return (hours * 60 + minutes) * 60 + rest;
};

interface Scene {
  readonly peers: readonly Running[];
  readonly addresses: readonly string[];
  /** What each had printed when every one had heard enough of each other one. */
  readonly printed: readonly (readonly string[])[];
}

const { peer } = processes(afterAll);

/** Three peers, started one after the other as a person would, until all have heard so many messages of each other. */
async function play(periods: readonly number[], messages: number): Promise<Scene> {
  const peers: Running[] = [];
  const addresses: string[] = [];
  const join = async (...args: (string | number)[]) => {
    const one = peer(...args);
    addresses.push(await addressOf(one));
    await one.until(`${peers.length} neighbors`, () => connected(one.lines).length === peers.length);
    peers.push(one);
  };
  const [first = 0, second = 0, third = 0] = await freePorts(3);
  await join('--port', first, '--period', periods[0] ?? 0);
  await join(`--period=${periods[1] ?? 0}`, `--port=${second}`, `--connect=127.0.0.1:${first}`);
  await join(`--period=${periods[2] ?? 0}`, `--port=${third}`, `--connect=127.0.0.1:${first}`);

  const heardOf = (by: Running, of: Running) => {
    const messagesOf = new Set(toBoth(of.lines).map((said) => said.message));
    return received(by.lines).filter((heard) => messagesOf.has(heard.message)).length;
  };
  const others = (one: Running) => peers.filter((other) => other !== one);
  await Promise.all(
    peers.map((one) =>
      one.until(`${messages} messages of each other peer`, () =>
        others(one).every((other) => heardOf(one, other) >= messages),
      ),
    ),
  );
  return { peers, addresses, printed: peers.map((one) => [...one.lines]) };
}

// The second one is the same played fast, so that there is more to see. Both at once: they mostly wait.
const scenes = [
  { periods: [5, 6, 7], messages: 1 },
  { periods: [0.5, 0.6, 0.7], messages: 8 },
];
const played = new Map<(typeof scenes)[number], Scene>();
beforeAll(async () => {
  await Promise.all(
    scenes.map(async (scene) => played.set(scene, await play(scene.periods, scene.messages))),
  );
}, 4 * patience);

describe.each(scenes)('three peers with the flags of the seed, periods $periods', (scene) => {
  let peers: Scene['peers'];
  let addresses: Scene['addresses'];
  let printed: Scene['printed'];
  beforeAll(() => {
    ({ peers, addresses, printed } = played.get(scene)!);
  });

  it('each prints its address first', () => {
    expect(printed.map(([line]) => line?.slice(8))).toEqual(
      addresses.map((one) => ` - My address is "${one}"`),
    );
  });

  it('each connects to both others, once', () => {
    for (const [index, lines] of printed.entries()) {
      expect([...connected(lines)].sort()).toEqual(addresses.filter((_, at) => at !== index).sort());
    }
  });

  it('one that joins is connected to all who are there within two seconds of its start', () => {
    for (const [index, lines] of printed.entries()) {
      const joined = lines.filter((line) => line.includes(' - Connected to peer at ')).slice(0, index);
      expect(joined).toHaveLength(index);
      for (const line of joined) expect(seconds(line)).toBeLessThan(2);
    }
  });

  it('every line has the form of the seed, to the letter, and nothing is on standard error', () => {
    for (const line of printed.flat()) {
      expect(forms.filter((form) => form.test(line)).map(() => line)).toEqual([line]);
    }
    expect(peers.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('the stamps never go back', () => {
    for (const lines of printed) {
      const stamps = lines.map(seconds);
      expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
    }
  });

  it('a message is sent to the neighbors of that moment, in the order they came', () => {
    for (const lines of printed) {
      for (const [at, line] of lines.entries()) {
        for (const { to } of sent([line])) expect(to).toEqual(connected(lines.slice(0, at)));
      }
    }
  });

  it('every message is printed exactly once by each of the others and never by its sender', () => {
    for (const [index, lines] of printed.entries()) {
      const others = printed.filter((_, at) => at !== index);
      const all = toBoth(lines);
      expect(all.length).toBeGreaterThanOrEqual(scene.messages);
      for (const { message } of all.slice(0, scene.messages)) {
        const copies = [lines, ...others].map(
          (some) => received(some).filter((heard) => heard.message === message).length,
        );
        expect({ message, copies }).toEqual({ message, copies: [0, 1, 1] });
      }
    }
  });

  it('no message is printed twice, and each with who said it', () => {
    for (const lines of printed) {
      const heard = received(lines);
      expect(heard.map(({ message }) => message)).toEqual([...new Set(heard.map(({ message }) => message))]);
      for (const { message, from } of heard) {
        const sender = peers[addresses.indexOf(from)];
        expect(sent(sender?.lines ?? []).map((said) => said.message)).toContain(message);
      }
    }
  });
});
