import { connect, createServer, type Socket } from 'node:net';
import { createFramer } from '../../../lib/wire/frame.ts';
import type { Member, OnMessage, Place, System } from './system.ts';

/** `node:net` with nothing above it: a full mesh of sockets, each message after its 4-byte length. */

const prefix = 4;
const chunk = 64 * 1024;
const longest = 64 * 1024 * 1024;

export const raw: System = {
  name: 'raw',
  label: 'raw net',
  about: 'node:net, a full mesh, setNoDelay, one write a message and a link',
  join: async (place, onMessage) => {
    const { sockets, address } = await mesh(place, onMessage);
    return {
      address,
      settled: () => sockets.length === place.count - 1,
      send: (payload) => writeAll(sockets, framed(payload)),
    };
  },
};

export const rawCoalesced: System = {
  name: 'raw-coalesced',
  label: 'raw net, coalesced',
  about: 'the same, frames joined to 64 KiB, or to what one turn of the event loop brings: the limit',
  join: async (place, onMessage) => {
    const { sockets, address } = await mesh(place, onMessage);
    return { address, settled: () => sockets.length === place.count - 1, send: coalescing(sockets) };
  },
};

/** Collects in one slab, which every link is given: what the kernel does not take at once stays in it. */
function coalescing(sockets: readonly Socket[]): Member['send'] {
  let slab = Buffer.allocUnsafeSlow(chunk);
  let size = 0;
  let asked = false;
  const flush = () => {
    asked = false;
    if (size === 0) return undefined;
    const bytes = slab.subarray(0, size);
    slab = Buffer.allocUnsafeSlow(chunk);
    size = 0;
    return writeAll(sockets, bytes);
  };
  return (payload) => {
    const needed = prefix + payload.length;
    const full = size + needed > chunk ? flush() : undefined;
    if (needed > chunk) return writeAll(sockets, framed(payload));
    slab.writeUInt32BE(payload.length, size);
    slab.set(payload, size + prefix);
    size += needed;
    if (!asked) {
      asked = true;
      setImmediate(() => void flush());
    }
    return full;
  };
}

function framed(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(prefix + payload.length);
  frame.writeUInt32BE(payload.length);
  frame.set(payload, prefix);
  return frame;
}

/** Writes to every link; a promise when one of them asks to wait for its `drain`. */
function writeAll(sockets: readonly Socket[], bytes: Buffer): Promise<unknown> | undefined {
  const full = sockets.filter((socket) => !socket.write(bytes));
  if (full.length === 0) return undefined;
  return Promise.all(full.map((socket) => new Promise((resolve) => socket.once('drain', resolve))));
}

/** Everybody dials those who were there before. Dialled sockets read into one buffer, used again. */
async function mesh({ known }: Place, onMessage: OnMessage) {
  const sockets: Socket[] = [];
  const add = (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.push(socket);
  };
  const reader = () => {
    const framer = createFramer(longest);
    return (bytes: Uint8Array) => {
      framer.push(bytes, (frame, start, end) => onMessage(frame.subarray(start, end)));
    };
  };
  const server = createServer((socket) => {
    add(socket);
    socket.on('data', reader());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const address of known) {
    const read = reader();
    const onread = {
      buffer: Buffer.allocUnsafeSlow(chunk),
      callback: (size: number, bytes: Uint8Array) => {
        read(bytes.subarray(0, size));
        return true;
      },
    };
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(address), onread });
      socket.once('connect', resolve).once('error', reject);
      add(socket);
    });
  }
  const listening = server.address();
  return { sockets, address: typeof listening === 'object' ? String(listening?.port) : '' };
}
