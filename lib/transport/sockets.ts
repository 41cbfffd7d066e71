import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { defer, EMPTY, of, type Observable } from 'rxjs';
import { isLoopback } from '../protocol/links/scope.ts';
import type { Address } from './address.ts';
import { failureOf } from './failure.ts';
import type { Incident, TransportError } from './transport.ts';

/** How sockets come to be, which is all that plain links (below) and secured ones (`tls.ts`) differ in. */
export interface Sockets {
  /** Calls back with each caller, paused, once it may be spoken with: when it has proved itself, if it must. */
  serve(onSocket: (socket: Socket) => void): Served;
  /** Dials. The socket is to be paused by the caller; `take` is given what is read once it is resumed. */
  connect(target: Address, take: (chunk: Uint8Array) => void): Socket;
  /** The event of a dialled socket that says that its other end may be spoken with. */
  readonly ready: 'connect' | 'secureConnect';
  /** Why a dial failed, in words. */
  explain(error: Error): TransportError;
}

export interface Served {
  /** Listens when it is told to. */
  readonly server: Server;
  /** Callers whose handshake is not over, by their address, the newest last: destroying one gives it up. */
  readonly pending: ReadonlyMap<string, Socket>;
  /** What happens beside the links, from the moment that `server` listens; subscribe for as long as it does. */
  readonly incident$: Observable<Incident>;
}

/**
 * All dialled sockets are read into it: a chunk is good until `take` returns, and they are read one after the other. It has room for what
 * a neighbor writes at once: 64 KiB of small payloads are more with what stands before them, and the rest would be a read of
 * its own.
 */
const chunk = new Uint8Array(80 * 1024);

const warning: Incident = {
  type: 'credentials',
  level: 'warn',
  text:
    'other machines can reach this peer, and links are not secured: whoever connects can read and say ' +
    'everything. Give --secret-file, or --tls-cert, --tls-key and --tls-ca',
};

/** TCP as it is: whoever connects may speak. */
export const plainSockets: Sockets = {
  serve: (onSocket) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, onSocket);
    const exposed = () => !isLoopback((server.address() as AddressInfo).address);
    return { server, pending: new Map(), incident$: defer(() => (exposed() ? of(warning) : EMPTY)) };
  },
  connect: (target, take) =>
    connect({
      ...target,
      allowHalfOpen: true,
      noDelay: true,
      onread: {
        buffer: chunk,
        callback: (size) => {
          take(chunk.subarray(0, size));
          return true;
        },
      },
    }),
  ready: 'connect',
  explain: failureOf,
};
