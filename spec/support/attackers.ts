import { connect, type Socket } from 'node:net';
import type { Message } from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';

/** Raw sockets for the hostile suite. They come from 127.0.0.2 and up; honest peers are at 127.0.0.1. */

export const codec = createCodec({ maxPayload: 1024 * 1024 });

/** A frame with these bytes in it; `length` is what it claims. */
export function frame(body: Uint8Array | readonly number[], length = body.length): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, Buffer.from(body)]);
}

export const idOf = (n: number) => n.toString(16).padStart(32, '0');

export const helloFrom = (n: number, over: Partial<Message & { type: 'hello' }> = {}): Uint8Array =>
  codec.encode({
    ...{ type: 'hello', min: 1, max: 1, cluster: '', id: idOf(n), epoch: 1, address: '', serial: 1 },
    ...over,
  });

export interface Attacker {
  readonly socket: Socket;
  readonly bytes: () => number;
  /** Resolves when the link is closed, by whomever. */
  readonly closed: Promise<void>;
  write(bytes: Uint8Array): void;
  /** Waits until the system has taken what was written, or the link is gone. */
  drained(): Promise<void>;
}

export function attackers() {
  const all = new Set<Socket>();
  const attack = (port: number, from = 2, { reads = true } = {}): Promise<Attacker> =>
    new Promise((resolve) => {
      const localAddress = `127.0.0.${from}`;
      const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
      all.add(socket);
      let bytes = 0;
      if (reads) socket.on('data', (chunk) => (bytes += chunk.length));
      else socket.pause();
      const closed = new Promise<void>((done) => {
        socket.once('close', () => {
          all.delete(socket);
          done();
        });
      });
      const attacker: Attacker = {
        socket,
        bytes: () => bytes,
        closed,
        write: (data) => {
          if (socket.writable) socket.write(data);
        },
        drained: () =>
          socket.writableLength === 0 || socket.destroyed
            ? Promise.resolve()
            : Promise.race([closed, new Promise<void>((done) => void socket.once('drain', done))]),
      };
      // A refused or reset connection is an answer too.
      socket.on('error', () => resolve(attacker));
      socket.once('connect', () => resolve(attacker));
      socket.once('close', () => resolve(attacker));
    });
  const end = () => {
    for (const socket of all) socket.destroy();
    all.clear();
  };
  return { attack, end };
}
