import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, MessageOf } from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createFramer } from '../../lib/wire/frame.ts';
import { signedBytes } from '../../lib/wire/signed.ts';
import { newKey } from '../../lib/world/keys.ts';
import { addressOf, build, happenings, patience, processes, root, type Running } from '../support/process.ts';

/** Peers that sign, key files, and a neighbor that forges. */

jest.setTimeout(4 * patience);
beforeAll(build);

const { peer, start } = processes();
const codec = createCodec({ maxPayload: 1024 * 1024 });

let folder: string;
const sockets = new Set<Socket>();
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rx-gossip-signed-'))));
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  rmSync(folder, { recursive: true, force: true });
});

/** A neighbor that says what it likes. */
interface Liar {
  readonly heard: readonly Message[];
  say(message: Message): void;
  /** Resolves with the first that it was told, or is, that matches. */
  until<T extends Message>(look: (message: Message) => message is T): Promise<T>;
}

const isA =
  <T extends Message['type']>(type: T) =>
  (message: Message): message is MessageOf<T> & Message =>
    message.type === type;

async function liarAt(address: string): Promise<Liar> {
  const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) });
  sockets.add(socket);
  socket.on('error', () => undefined);
  const heard: Message[] = [];
  const looks = new Set<() => void>();
  const framer = createFramer(codec.maxFrame);
  const say = (message: Message) => void socket.write(codec.encode(message));
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk, (frame, from, to) => {
      const decoded = codec.decode(frame, from, to);
      if (!decoded.ok) return;
      heard.push(decoded.message);
      if (decoded.message.type === 'ping') say({ type: 'pong', nonce: decoded.message.nonce });
      for (const look of looks) look();
    });
  });
  const until = <T extends Message>(look: (message: Message) => message is T) =>
    new Promise<T>((resolve, reject) => {
      const check = () => {
        const found = heard.find(look);
        if (found === undefined) return;
        clearTimeout(timer);
        looks.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => reject(new Error(`heard only ${JSON.stringify(heard)}`)), patience);
      looks.add(check);
      check();
    });
  say({
    ...{ type: 'hello', min: 1, max: 1, cluster: '', id: 'f'.repeat(32), epoch: 1, address: '', serial: 1 },
  });
  say({ type: 'neighbor', high: true });
  await until(isA('neighborReply'));
  return { heard, say, until };
}

/** Three peers that sign and know each other, with their addresses. */
async function trio() {
  const first = peer('--sign', '--stdin', '--json');
  const address = await addressOf(first);
  const second = peer('--sign', '--stdin', '--json', '--connect', address);
  await second.line(/"connected"/);
  const third = peer('--sign', '--stdin', '--json', '--connect', address);
  const all = [first, second, third];
  for (const one of all)
    await one.until('two neighbors', () => named(one, 'connected').length === 2 || undefined);
  return { all, address };
}

const named = (of: Running, event: string) => happenings(of).filter((one) => one.event === event);
const payloads = (of: Running) =>
  named(of, 'received')
    .map(({ payload }) => String(payload))
    .sort();

describe('three peers that sign, and a neighbor that forges', () => {
  it('deliver exactly what they said: not what is unsigned, altered, made up, or signed by another', async () => {
    const { all, address } = await trio();
    const [first, , third] = all as [Running, Running, Running];
    const liar = await liarAt(address);
    // Its address is unknown to the liar, its messages are not.
    third.say('true 1\n');
    const real = await liar.until(isA('gossip'));
    const key = newKey();
    const own = { ...real, proof: new Uint8Array(0), payload: Buffer.from('false by another key') };
    const lies: MessageOf<'gossip'>[] = [
      { ...real, sequence: real.sequence + 1, proof: new Uint8Array(0), payload: Buffer.from('false 0') },
      { ...real, sequence: real.sequence + 1, payload: Buffer.from('false 1') },
      { ...real, sequence: 2 ** 40, payload: Buffer.from('false 2') },
      { ...own, sequence: real.sequence + 2, proof: key.prove(signedBytes('', own)) },
    ];
    liar.say({
      type: 'marks',
      marks: [{ origin: real.origin, epoch: real.epoch, low: 0, high: 2 ** 50 }],
      last: true,
      reply: false,
    });
    for (const lie of lies) liar.say(lie);
    // Until it is enough.
    for (let more = 0; more < 5; more++) liar.say({ ...lies[1]!, sequence: real.sequence + 9 + more });
    const bye = await liar.until(isA('bye'));
    expect(bye.text).toMatch(/signature/);

    const said = all.flatMap((one, nr) =>
      Array.from({ length: 20 }, (_, turn) => [one, `${nr}-${turn}`] as const),
    );
    for (const [one, text] of said) one.say(`${text}\n`);
    for (const one of all) {
      const others = said.filter(([by]) => by !== one).map(([, text]) => text);
      const expected = [...others, ...(one === third ? [] : ['true 1'])].sort();
      await one.until('all that the others said', () => payloads(one).length >= expected.length || undefined);
      expect(payloads(one)).toEqual(expected);
      expect(named(one, 'gap')).toEqual([]);
    }
    expect(first.exit).toBeUndefined();
  });

  it('are heard through a relay that does not sign, and the other way round are not', async () => {
    const relay = peer('--no-send', '--json');
    const address = await addressOf(relay);
    // Undialable: they know each other through the relay only.
    const ends = [0, 1].map(() =>
      peer('--sign', '--stdin', '--json', '--advertise', 'none', '--connect', address),
    );
    const plain = peer('--stdin', '--json', '--advertise', 'none', '--connect', address);
    for (const one of [...ends, plain]) await one.line(/"connected"/);
    const [one, two] = ends as [Running, Running];
    plain.say('unsigned\n');
    one.say('signed\n');
    await two.line(/"received".*"signed"/);
    await plain.line(/"received".*"signed"/);
    await relay.line(/"received".*"unsigned"/);
    two.say('signed too\n');
    await one.line(/"received".*"signed too"/);
    expect([payloads(one), payloads(two)]).toEqual([['signed too'], ['signed']]);
  });
});

describe('a key file', () => {
  const idIn = async (running: Running, other: Running): Promise<string> => {
    const address = await addressOf(running);
    const line = await other.line(new RegExp(`"connected".*"${address}"`));
    return (JSON.parse(line) as { peer: string }).peer;
  };

  it('is made with mode 0600, and gives the same name after a restart', async () => {
    const file = join(folder, 'key.pem');
    const other = peer('--no-send', '--json', '--sign');
    const seed = await addressOf(other);
    const ids: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      const running = peer('--no-send', '--json', '--sign', '--key-file', file, '--connect', seed);
      ids.push(await idIn(running, other));
      running.kill('SIGTERM');
      await running.ended();
    }
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that holds something else ends the command with 1 and a line that names it', async () => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, 'nonsense', { mode: 0o600 });
    const running = peer('--sign', '--key-file', file);
    expect(await running.ended()).toEqual({ code: 1, signal: null });
    expect(running.errors).toEqual([`rx-gossip: ${file}: it holds no private key in PEM`]);
  });

  it('without --sign is wrong use', async () => {
    const running = peer('--key-file', join(folder, 'key.pem'));
    expect(await running.ended()).toEqual({ code: 2, signal: null });
    expect(existsSync(join(folder, 'key.pem'))).toBe(false);
  });

  const limited = process.platform === 'win32' ? it.skip : it;
  limited('that does not fit on the disk ends the command with 1, and half a key is not left', async () => {
    const file = join(folder, 'key.pem');
    // No file may grow: what a full disk does, without filling one.
    const command = [process.execPath, join(root, 'dist/bin/peer.cjs'), '--sign', '--key-file', file];
    const running = start('/bin/sh', ['-c', 'ulimit -f 0; exec "$0" "$@"', ...command]);
    expect(await running.ended()).toEqual({ code: 1, signal: null });
    expect(running.errors).toEqual([expect.stringContaining(`rx-gossip: ${file}: cannot be made: EFBIG`)]);
    expect(existsSync(file)).toBe(false);
  });
});
