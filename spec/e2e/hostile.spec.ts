import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { noProof, type Message } from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createFramer } from '../../lib/wire/frame.ts';
import { addressOf, build, patience, processes, root, type Running } from '../support/process.ts';

/** Bytes that no peer sends: they cost their sender the link, and nobody else anything. */

jest.setTimeout(4 * patience);
beforeAll(build);

const { peer, node } = processes();
const codec = createCodec({ maxPayload: 1024 * 1024 });

const id = '0123456789abcdef0123456789abcdef';
const hello: Message = { type: 'hello', min: 1, max: 1, cluster: '', id, epoch: 1, address: '', serial: 1 };
/** Of another stranger each time: one that sent bad frames is not taken back. */
const greeting = () => {
  const one = (++strangersSoFar).toString(16).padStart(32, '0');
  return Buffer.from(codec.encode({ ...hello, id: one }));
};
let strangersSoFar = 0;

/** A frame with these bytes in it; `length` is what it claims. */
function frame(body: readonly number[] | string, length = body.length): Buffer {
  const bytes = Buffer.from(body as string);
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, bytes]);
}

interface Hostile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly reason: RegExp;
}

const hostile: readonly Hostile[] = [
  { name: 'a frame of 2 MiB', bytes: frame('', 2 * 1024 * 1024), reason: /frame of 2097152 bytes/ },
  { name: 'a frame of 4 GiB', bytes: frame('', 0xffffffff), reason: /frame of 4294967295 bytes/ },
  {
    name: 'a web browser',
    bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    reason: /frame of 1195725856 bytes/,
  },
  { name: 'an empty frame', bytes: frame(''), reason: /frame of 0 bytes/ },
  { name: 'a byte that msgpack does not have', bytes: frame([0xc1]), reason: /./ },
  { name: 'an extension type', bytes: frame([0x91, 0xd4, 0x01, 0x00]), reason: /./ },
  { name: 'a list that is cut short', bytes: frame([0x93, 1, 1]), reason: /./ },
  { name: 'bytes after the list', bytes: frame([0x91, 3, 0]), reason: /./ },
  { name: 'lists in lists', bytes: frame([...Array.from({ length: 64 }, () => 0x91), 1]), reason: /./ },
  { name: 'a list of 4 billion', bytes: frame([0xdd, 0xff, 0xff, 0xff, 0xff]), reason: /./ },
  { name: 'a map', bytes: frame([0x81, 0xa1, 0x61, 1]), reason: /frame: expected a list, got a map/ },
  {
    name: 'a list without a type',
    bytes: frame([0x90]),
    reason: /frame: expected a message type, got nothing/,
  },
  {
    name: 'a type that is text',
    bytes: frame([0x91, 0xa1, 0x61]),
    reason: /frame: expected a message type, got "a"/,
  },
  {
    name: 'a HELLO of another shape',
    bytes: frame([0x92, 1, 0xa1, 0x61]),
    reason: /hello\.min: expected an integer/,
  },
  {
    name: 'a PING without its nonce',
    bytes: frame([0x91, 3]),
    reason: /ping\.nonce: expected an integer.*got nothing/,
  },
  {
    name: 'a negative number',
    bytes: frame([0x92, 3, 0xff]),
    reason: /ping\.nonce: expected an integer.*got -1/,
  },
];

/** A stranger's link: what it was told, and when it ended. */
interface Stranger {
  readonly socket: Socket;
  /** As the peer names it. */
  readonly address: string;
  readonly messages: readonly Message[];
  readonly closed: Promise<void>;
}

const strangers = new Set<Socket>();
afterEach(() => {
  for (const socket of strangers) socket.destroy();
  strangers.clear();
});

function stranger(address: string, bytes: Uint8Array): Promise<Stranger> {
  const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) });
  strangers.add(socket);
  const messages: Message[] = [];
  const framer = createFramer(codec.maxFrame);
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk, (frameOf, start, end) => {
      const decoded = codec.decode(frameOf, start, end);
      if (decoded.ok) messages.push(decoded.message);
    });
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      strangers.delete(socket);
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write(bytes);
      resolve({ socket, address: `127.0.0.1:${socket.localPort ?? 0}`, messages, closed });
    });
  });
}

/** Two peers that know each other; the second tells by what it prints how the first one fares. */
async function pair(
  first: Running,
): Promise<{ address: string; friend: Running; speaks: (text: string) => void }> {
  const address = await addressOf(first);
  const friend = peer('--stdin', '--connect', address);
  await friend.line(/Connected to peer at/);
  return { address, friend, speaks: (text) => friend.say(`${text}\n`) };
}

const times = (lines: readonly string[], pattern: RegExp) =>
  lines.filter((line) => pattern.test(line)).length;

describe.each([
  { moment: 'before HELLO', before: () => Buffer.alloc(0) },
  { moment: 'after HELLO', before: greeting },
])('$moment', ({ before }) => {
  it('each kind of bad frame closes its link with a reason on stderr and a BYE, and no other link', async () => {
    const victim = peer('--no-send');
    const { address, friend, speaks } = await pair(victim);
    for (const { name, bytes, reason } of hostile) {
      const it = await stranger(address, Buffer.concat([before(), bytes]));
      await it.closed;
      const line = await victim.error(new RegExp(` - warn: link to ${it.address} closed: `));
      const [, said = ''] = /closed: (.*)$/.exec(line) ?? [];
      expect({ name, said }).toEqual({ name, said: expect.stringMatching(reason) as string });
      // It is told the same: whoever writes a client in another language learns what is wrong with it.
      expect({ name, bye: it.messages.at(-1) }).toEqual({ name, bye: { type: 'bye', code: 5, text: said } });
    }
    expect(victim.errors).toHaveLength(hostile.length);

    speaks('still here');
    await victim.line(/Received message \[still here\]/);
    expect(times(friend.lines, /Disconnected/)).toBe(0);
    expect(victim.exit).toBeUndefined();
  });
});

it('what follows a bad frame on its link is not read', async () => {
  const victim = peer('--no-send', '--verbose');
  const address = await addressOf(victim);
  const bad = frame([0xc1]);
  const gossip = codec.encode({
    ...{ type: 'gossip', origin: id, epoch: 1, sequence: 0, hop: 1, address: '', topic: '' },
    payload: Buffer.from('unheard'),
    proof: noProof,
  });
  const it = await stranger(address, Buffer.concat([greeting(), bad, gossip, bad, bad, greeting()]));
  await it.closed;
  await victim.error(new RegExp(`link to ${it.address} closed`));
  const { friend, speaks } = await pair(victim);
  speaks('heard');
  await victim.line(/Received message \[heard\]/);
  expect(times(victim.lines, /unheard/)).toBe(0);
  expect(times(victim.errors, new RegExp(`link to ${it.address} closed`))).toBe(1);
  expect(times(friend.lines, /Received/)).toBe(0);
});

it('a message of an unknown type is passed over: the link stays', async () => {
  const victim = peer('--no-send');
  const unknown = frame([0x92, 99, 0xa1, 0x61]);
  const ping = codec.encode({ type: 'ping', nonce: 7 });
  const it = await stranger(await addressOf(victim), Buffer.concat([greeting(), unknown, ping]));
  const answered = () => it.messages.some((message) => message.type === 'pong' && message.nonce === 7);
  await new Promise<void>((resolve, reject) => {
    void it.closed.then(() => reject(new Error('the link was closed')));
    it.socket.on('data', () => {
      if (answered()) resolve();
    });
    if (answered()) resolve();
  });
  expect(victim.errors).toEqual([]);
});

it('10,000 bad frames leave the memory within 5 MB of where it was', async () => {
  const victim = node('--expose-gc', join(root, 'spec/e2e/fixtures/memory.mjs'));
  const { address, friend, speaks } = await pair(victim);

  const bodies = hostile.map(({ bytes }) => bytes);
  // Not only small ones: some that are collected to the last byte before they turn out to be no message.
  const large = frame([0xc6, 0x00, 0x10, 0x00, 0x00, ...Array.from({ length: 64 * 1024 }, () => 0)]);
  const attack = async (count: number) => {
    let next = 0;
    const line = async () => {
      while (next < count) {
        const turn = next++;
        const bytes = turn % 100 === 0 ? large : bodies[turn % bodies.length]!;
        const one = await stranger(address, turn % 2 === 0 ? bytes : Buffer.concat([greeting(), bytes]));
        await one.closed;
      }
    };
    await Promise.all(Array.from({ length: 32 }, line));
  };
  const answers = () => victim.lines.filter((line) => line.startsWith('{'));
  const memory = async () => {
    const asked = answers().length;
    victim.say('1\n'); // the friend's link
    const answer = await victim.until('its memory', () => answers()[asked]);
    return JSON.parse(answer) as { held: number; closed: number };
  };

  // Code that runs for the first time is compiled and kept: that is not what the frames left.
  await attack(500);
  const before = await memory();
  expect(before.closed).toBe(500);
  await attack(10_000);
  const after = await memory();
  expect(after.closed).toBe(10_500);
  expect(after.held - before.held).toBeLessThan(5_000_000);

  expect(times(friend.lines, /Disconnected/)).toBe(0);
  speaks('still here');
  await victim.line(/^heard still here$/);
});
