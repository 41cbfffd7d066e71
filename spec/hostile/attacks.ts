import type { Message } from '../../lib/protocol/messages.ts';
import { createFramer } from '../../lib/wire/frame.ts';
import { codec, frame, helloFrom, idOf, type attackers } from '../support/attackers.ts';

/** What strangers do to a peer. Each goes on until it is told to stop, or has done all of it. */
export interface Attack {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<void>;
  /** The counters of the victim that must show it. */
  readonly shows: readonly string[];
  /** In a cluster that signs. */
  readonly sign?: boolean;
}

export interface Scene {
  readonly port: number;
  readonly attack: ReturnType<typeof attackers>['attack'];
  readonly on: () => boolean;
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
let serial = 0;
/** A stranger that said HELLO, with an id of its own. */
async function member({ port, attack }: Scene, from: number, options = {}) {
  const one = await attack(port, from, options);
  one.write(helloFrom(++serial));
  return one;
}

/** Goes on with one thing while the attack is on, never faster than the victim's system takes it. */
async function flood(scene: Scene, from: number, next: (i: number) => Uint8Array, options = {}) {
  let one = await member(scene, from, options);
  for (let i = 0; scene.on(); i++) {
    if (one.socket.destroyed) one = await member(scene, from, options);
    one.write(next(i));
    await Promise.race([one.drained(), turn()]);
    if (i % 16 === 0) await turn();
  }
}

const random = (() => {
  let seed = 1;
  return () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
})();
const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));

const samples: readonly Message[] = [
  { type: 'bye', code: 7, text: 'x' },
  { type: 'ping', nonce: 3 },
  { type: 'peers', addresses: ['10.0.0.1:80'] },
  { type: 'forwardJoin', address: '10.0.0.1:80', ttl: 3 },
  { type: 'shuffle', address: '10.0.0.1:80', ttl: 3, contacts: [{ address: '10.0.0.2:80', age: 3 }] },
  { type: 'ihave', ids: [{ origin: idOf(7), epoch: 1, first: 2, last: 2, hop: 3 }] },
  { type: 'graft', ids: [{ origin: idOf(7), epoch: 1, first: 2, last: 3 }], eager: true, payload: true },
  { type: 'marks', marks: [{ origin: idOf(7), epoch: 1, low: 2, high: 3 }], last: true, reply: false },
];

/** What the victim has of others, which it tells everyone who asks. */
async function origins(scene: Scene): Promise<readonly { origin: string; epoch: number; high: number }[]> {
  const one = await member(scene, 9);
  const framer = createFramer(codec.maxFrame);
  return new Promise((resolve) => {
    one.socket.on('data', (chunk: Buffer) => {
      framer.push(chunk, (...part) => {
        const decoded = codec.decode(...part);
        if (decoded.ok && decoded.message.type === 'marks') resolve(decoded.message.marks);
      });
    });
    void one.closed.then(() => resolve([]));
    one.write(codec.encode({ type: 'marks', marks: [], last: true, reply: true }));
  });
}

const bombs: readonly Uint8Array[] = [
  frame([...Array.from({ length: 5000 }, () => 0x91), 1]),
  frame([0xdd, 0xff, 0xff, 0xff, 0xff]),
  frame([0xdf, 0xff, 0xff, 0xff, 0xff]),
  frame([0x92, 3, 0xdb, 0xff, 0xff, 0xff, 0xff]),
  frame([0xdc, 0xff, 0xff, ...Array.from({ length: 65535 }, () => 0x80)]),
  frame([0x92, 3, 0xc7, 4, 0x72, 1, 2, 3, 4]),
  frame([0x92, 3, 0xd4, 0x01, 0x00]),
  frame([0x92, 3, 0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2]),
  frame([0x92, 3, 0x81, 0xa9, ...Buffer.from('__proto__'), 0x81, 0xa1, 0x61, 1]),
];

const gossipAs = (origin: string, epoch: number, sequence: number, proof: Uint8Array) =>
  codec.encode({
    ...{ type: 'gossip', origin, epoch, sequence, hop: 1, address: '', topic: 'honest' },
    ...{ payload: Buffer.from(`forged ${sequence}`), proof },
  });

export const attacks: readonly Attack[] = [
  {
    name: 'random bytes',
    shows: ['malformed'],
    run: async (scene) => {
      while (scene.on()) {
        const one = await scene.attack(scene.port, 2);
        one.write(bytes(1 + Math.floor(random() * 300)));
        await Promise.race([one.closed, turn()]);
      }
    },
  },
  {
    name: 'every truncation of valid frames',
    shows: ['malformed'],
    run: async (scene) => {
      for (const message of samples) {
        const whole = codec.encode(message);
        for (let end = 1; end < whole.length && scene.on(); end++) {
          // Once as a stream that ends too soon, once as a frame whose length says so.
          for (const part of [whole.subarray(0, end), frame(whole.subarray(4, Math.max(5, end)))]) {
            const one = await member(scene, 3);
            one.write(part);
            one.socket.end();
            await Promise.race([one.closed, turn()]);
          }
        }
      }
    },
  },
  {
    name: 'lying lengths',
    shows: ['malformed'],
    run: async (scene) => {
      const lengths = [0, 1, 4, 65_536, 1_052_672, 1_052_673, 2 ** 31, 2 ** 32 - 1];
      for (let i = 0; scene.on(); i++) {
        const one = await member(scene, 4);
        one.write(frame(bytes(4000), lengths[i % lengths.length]));
        await turn();
      }
    },
  },
  {
    name: 'a byte a second, of a HELLO and of a frame after it',
    shows: ['helloTimeouts'],
    run: async (scene) => {
      const hello = helloFrom(77);
      const slow = await Promise.all(
        Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? scene.attack(scene.port, 5) : member(scene, 5))),
      );
      for (let at = 0; at < 7; at++) {
        for (const one of slow) one.write(hello.subarray(at, at + 1));
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    },
  },
  {
    name: 'half-open handshakes by the thousand',
    shows: ['linksOverPending'],
    run: async (scene) => {
      for (let i = 0; i < 3000 && scene.on(); i += 50)
        await Promise.all(Array.from({ length: 50 }, () => scene.attack(scene.port, 6)));
    },
  },
  {
    name: 'endless IHAVEs of messages and origins that do not exist',
    shows: ['missingOver'],
    run: (scene) =>
      Promise.all(
        [7, 8].map((from) =>
          flood(scene, from, (i) =>
            codec.encode({
              type: 'ihave',
              ids: Array.from({ length: 1000 }, (_, n) => ({
                origin: idOf((from * 1e6 + i) * 2 + (n % 2)),
                epoch: 1,
                first: n,
                last: n,
                hop: 1,
              })),
            }),
          ),
        ),
      ).then(() => undefined),
  },
  {
    name: 'GRAFT floods',
    shows: ['regraft'],
    run: async (scene) => {
      const known = await origins(scene);
      const ids = known
        .slice(0, 3)
        .map(({ origin, epoch, high }) => ({ origin, epoch, first: 0, last: high }));
      await flood(scene, 9, () => codec.encode({ type: 'graft', ids, eager: true, payload: true }));
    },
  },
  {
    name: 'HELLOs said again in the name of the honest',
    shows: ['impostor'],
    run: async (scene) => {
      const known = await origins(scene);
      while (scene.on()) {
        for (const { origin, epoch } of known) {
          const one = await scene.attack(scene.port, 10);
          const hello = helloFrom(0, { id: origin, epoch, serial: 1_000_000 });
          one.write(hello);
          one.write(hello);
          await Promise.race([one.closed, turn()]);
        }
        await turn();
      }
    },
  },
  {
    name: 'msgpack bombs',
    shows: ['malformed'],
    run: async (scene) => {
      for (let i = 0; scene.on(); i++) {
        const one = await member(scene, 11);
        one.write(bombs[i % bombs.length]!);
        await Promise.race([one.closed, turn()]);
      }
    },
  },
  {
    name: 'forged origins, sequences and signatures, where all sign',
    shows: ['forged', 'unsigned'],
    sign: true,
    run: async (scene) => {
      const known = await origins(scene);
      await flood(scene, 12, (i) => {
        const { origin, epoch, high } = known[i % known.length] ?? { origin: idOf(1), epoch: 1, high: 0 };
        const sequence = i % 3 === 0 ? 2 ** 40 + i : high + i;
        return gossipAs(origin, epoch, sequence, i % 2 === 0 ? bytes(96) : new Uint8Array(0));
      });
    },
  },
  {
    name: 'members that ask and read nothing',
    shows: [],
    run: (scene) => flood(scene, 13, (i) => codec.encode({ type: 'ping', nonce: i }), { reads: false }),
  },
];
