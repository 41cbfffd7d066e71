import type { Subscription } from 'rxjs';
import { createPeerIn } from '../../lib/api/create-peer.ts';
import type { Message } from '../../lib/protocol/messages.ts';
import { SimClock } from '../../lib/sim/clock.ts';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import type { Link } from '../../lib/transport/transport.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createFramer } from '../../lib/wire/frame.ts';
import { seeded } from '../../lib/world/random.ts';
import { world } from '../support/peers.ts';

/** What a stranger does next: bytes on its link (a new one, after a HELLO, when the last was closed), or so many ms go by. */
export type Input = Uint8Array | number;

export const codec = createCodec({ maxPayload: 1024 });

/** Two honest peers; the stranger has a link to the first. */
export const names = { first: '1'.repeat(32), second: '2'.repeat(32) };

/**
 * One session on a virtual clock. Throws when the stranger has done harm: a peer that ended with a bug, a frame that
 * nobody can read, a message of the honest that was not delivered, or twice.
 */
export function session(inputs: readonly Input[]): void {
  const clock = new SimClock();
  const network = createMemoryNetwork(clock, { latency: () => 1 });
  const bugs: unknown[] = [];
  const peer = (id: string, host: string, connect: readonly string[]) => {
    const surroundings = {
      world: world({ clock, random: seeded(1) }),
      transport: network.transport(host),
      id,
    };
    const it = createPeerIn(surroundings, { port: 80, host, connect, maxPayload: 1024 });
    it.diagnostic$.subscribe({ error: (bug: unknown) => bugs.push(bug) });
    const heard: string[] = [];
    it.messages('honest').subscribe({
      next: (message) => heard.push(message.text()),
      error: () => undefined,
    });
    it.start().catch((bug: unknown) => bugs.push(bug));
    return { it, heard };
  };
  const run = (ms: number) => {
    const until = clock.now() + ms;
    for (let steps = 0; clock.step(until); steps++)
      if (steps > 200_000) throw new Error(`no end to what happens within ${ms} ms`);
  };

  const first = peer(names.first, '10.0.0.1', []);
  run(10);
  const second = peer(names.second, '10.0.0.2', ['10.0.0.1:80']);
  run(1000);
  const say = (from: typeof first, text: string) =>
    void from.it.publish(text, { topic: 'honest' }).catch((bug: unknown) => bugs.push(bug));
  say(first, 'before');

  const outside = network.transport('10.0.0.66');
  let reading: Subscription | undefined;
  let link: Link | undefined;
  let strangers = 0;
  const connect = () => {
    outside.dial('10.0.0.1:80').subscribe({
      next: (one) => {
        link = one;
        const framer = createFramer(codec.maxFrame);
        const read = (chunk: Uint8Array) => {
          const taken = framer.push(chunk, (...part) => {
            const decoded = codec.decode(...part);
            if (!decoded.ok) throw new Error(`it sent ${decoded.reason ?? 'an unknown type'}`);
          });
          if (typeof taken === 'string') throw new Error(`it sent ${taken}`);
        };
        reading = one.chunk$.subscribe({
          next: read,
          error: () => (link = undefined),
          complete: () => (link = undefined),
        });
        one.write(codec.encode(hello(++strangers)));
      },
      error: () => undefined,
    });
    run(5);
  };
  for (const input of inputs) {
    if (typeof input === 'number') run(input);
    else {
      if (link === undefined) connect();
      link?.write(input);
      run(2);
    }
  }

  say(first, 'one');
  say(second, 'two');
  run(5000);
  reading?.unsubscribe();
  // What was held up is repaired by the next comparison of marks.
  run(40_000);
  void first.it.close();
  void second.it.close();
  run(5000);
  if (bugs.length > 0) throw bugs[0] as Error;
  const heard = JSON.stringify([first.heard, [...second.heard].sort()]);
  if (heard !== '[["two"],["before","one"]]') throw new Error(`the honest heard ${heard}`);
}

const hello = (n: number): Message => ({
  ...{ type: 'hello', min: 1, max: 1, cluster: '', id: n.toString(16).padStart(32, 'e'), epoch: 1 },
  ...{ address: n % 2 === 0 ? '' : '10.0.0.66:80', serial: n },
});
