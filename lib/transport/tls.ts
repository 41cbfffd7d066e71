import { constants } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { SecureContextOptions, TlsOptions, TLSSocket } from 'node:tls';
import { merge, Subject, tap, type Observable } from 'rxjs';
import { byeCodes } from '../protocol/messages.ts';
import { createCodec } from '../wire/codec.ts';
import { formatAddress, type Address } from './address.ts';
import type { Served, Sockets } from './sockets.ts';
import { nodeTls } from './tls-module.ts';
import { closedEarly } from './tls-words.ts';
import { TransportError, type Incident } from './transport.ts';

/** What the two ends of a link prove themselves with: a shared secret (`tls-secret.ts`) or certificates (`tls-certificates.ts`). */
export interface Credentials {
  /** For a server: its rules now. Its callers' sockets are handed to `accepted` later. */
  server(): TlsOptions;
  connect(target: Address): TLSSocket;
  /** Why this caller failed. */
  explainCaller(error: NodeJS.ErrnoException, socket: TLSSocket): string;
  /** Why our dial failed. */
  explainDial(error: NodeJS.ErrnoException): TransportError;
  /** Why a link may not stay, after a change; undefined while it may. */
  outdated(socket: TLSSocket): string | undefined;
  /** Says what an operator should know now; then follows the files, and says what has become of each change. */
  readonly change$: Observable<Incident>;
  /** What a peer without TLS is told. */
  readonly wanted: string;
}

/**
 * TLS 1.3 only. No session tickets either: with one, a caller could come back after its secret or certificate
 * has been taken from it. (Sessions without a ticket are looked up in a store that we do not have.)
 */
export const tls13: SecureContextOptions = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  secureOptions: constants.SSL_OP_NO_TICKET,
};

/** For the end that dials; as without TLS, one direction may end before the other. */
export const tls13Dial = { ...tls13, allowHalfOpen: true };

/** The first byte of a TLS connection: a record of type handshake. A plain peer's is 0, the length of its HELLO. */
const HANDSHAKE = 0x16;

export interface HandshakeLimits {
  /** Milliseconds. */
  readonly handshakeTimeout: number;
  /** Handshakes at a time. */
  readonly maxPending: number;
}

/** Links over TLS 1.3. Nothing is said, and no link exists, before the other end has proved itself. */
export function tlsSockets(credentials: Credentials, limits: HandshakeLimits): Sockets {
  const { handshakeTimeout, maxPending } = limits;
  /** Every socket that has proved itself, either way: a change may end it. */
  const proved = new Set<TLSSocket>();

  const isWelcome = (socket: TLSSocket): boolean => {
    const why = credentials.outdated(socket);
    if (why !== undefined) {
      socket.destroy(new TransportError(why));
      return false;
    }
    proved.add(socket);
    socket.once('close', () => proved.delete(socket));
    return true;
  };

  const serve = (onSocket: (socket: Socket) => void): Served => {
    const pending = new Map<string, Socket>();
    const names = new WeakMap<Socket, string>();
    const told = new WeakSet<Socket>();
    const refused$ = new Subject<Incident>();
    const refuse = (socket: Socket, remote: string, reason: string, idle = false): void => {
      if (pending.get(remote) !== socket || told.has(socket)) return;
      told.add(socket);
      refused$.next({ type: 'handshakeFailed', remote, reason, idle });
    };

    const tls = nodeTls().createServer(
      { ...tls13, ...credentials.server(), pauseOnConnect: true },
      (socket) => {
        pending.delete(remoteOf(socket));
        socket.allowHalfOpen = true; // not before: a handshake that ends half way is over
        socket.on('error', () => undefined); // it may be destroyed with a reason before anyone else listens
        if (isWelcome(socket)) onSocket(socket);
      },
    );
    tls.on('tlsClientError', (error, socket) => {
      const below = socketBelow(socket);
      if (below !== undefined)
        refuse(below, names.get(below) ?? '', credentials.explainCaller(error, socket));
    });

    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
      socket.on('error', () => undefined);
      if (socket.remoteAddress === undefined) {
        socket.destroy(); // it was reset before it got here
        return;
      }
      const remote = remoteOf(socket);
      names.set(socket, remote);
      pending.set(remote, socket);
      if (pending.size > maxPending) {
        const [last, its] = newestOfBusiest(pending);
        refuse(its, last, `${maxPending} TLS handshakes are not over, most of them with its host`, true);
        its.destroy();
        pending.delete(last);
        if (its === socket) return;
      }
      const giveUp = (): void => {
        if (pending.get(remote) !== socket) return; // it has proved itself, and this may be another's port by now
        refuse(socket, remote, `no TLS handshake within ${handshakeTimeout / 1000} s`, true);
        socket.destroy();
      };
      const limit = setTimeout(giveUp, handshakeTimeout).unref();
      const forget = (): void => {
        refuse(socket, remote, closedEarly, true);
        if (pending.get(remote) === socket) pending.delete(remote);
      };
      socket.once('close', () => {
        clearTimeout(limit);
        setImmediate(forget); // TLS says only now why it has closed
      });
      firstBytes(socket, (bytes) => {
        if (bytes[0] === HANDSHAKE) {
          socket.unshift(bytes);
          tls.emit('connection', socket);
          return;
        }
        refuse(socket, remote, `it does not speak TLS: ${credentials.wanted}`);
        turnAway(socket, `links here are secured: ${credentials.wanted}`);
      });
    });

    const cutOutdated = (): void => {
      tls.setSecureContext({ ...tls13, ...credentials.server() });
      for (const socket of proved) {
        const why = credentials.outdated(socket);
        if (why !== undefined) socket.destroy(new TransportError(why));
      }
    };
    const incident$ = merge(refused$, credentials.change$.pipe(tap(cutOutdated)));
    return { server, pending, incident$ };
  };

  const connect = (target: Address, take: (chunk: Uint8Array) => void): Socket => {
    const socket = credentials.connect(target);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => take(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)));
    socket.prependOnceListener('secureConnect', () => void isWelcome(socket));
    return socket;
  };

  return { serve, connect, ready: 'secureConnect', explain: (error) => credentials.explainDial(error) };
}

const remoteOf = (socket: Socket) => formatAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0);

/**
 * The TCP socket that TLS is spoken over. Not documented, but nothing else tells whose handshake has failed once it
 * is closed. Without it the refusal has a general reason, that is all.
 */
const socketBelow = (socket: TLSSocket) => (socket as unknown as { readonly _parent?: Socket })._parent;

/** Waits for the first bytes without letting the rest flow: TLS has to find them all. */
function firstBytes(socket: Socket, found: (bytes: Buffer) => void): void {
  const look = (): void => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    socket.removeListener('readable', look);
    found(bytes);
  };
  socket.on('readable', look);
}

/** Whoever opens many makes room for others, and can't push them out. Of none there is no newest. */
function newestOfBusiest(pending: ReadonlyMap<string, Socket>): [string, Socket] {
  const hostOf = (remote: string) => remote.slice(0, remote.lastIndexOf(':'));
  const callers = new Map<string, { count: number; newest: [string, Socket] }>();
  for (const caller of pending) {
    const host = hostOf(caller[0]);
    callers.set(host, { count: (callers.get(host)?.count ?? 0) + 1, newest: caller });
  }
  return [...callers.values()].reduce((busiest, one) => (one.count > busiest.count ? one : busiest)).newest;
}

const codec = createCodec({ maxPayload: 1 });

/** A plain peer is told why in its own language, so that its operator reads it too. What it leaves open ends with its time for the handshake. */
function turnAway(socket: Socket, text: string): void {
  socket.resume();
  socket.end(codec.encode({ type: 'bye', code: byeCodes.protocol, text }));
}
