import type { AddressInfo, Socket } from 'node:net';
import { Observable, Subject } from 'rxjs';
import { defaults } from '../options.ts';
import { parseAddress, plainHost } from './address.ts';
import { badAddress, failure, failureOf, timedOut, transportClosed } from './failure.ts';
import { plainSockets, type Served, type Sockets } from './sockets.ts';
import { tcpLink, type Inlet } from './tcp-link.ts';
import type { Link, Listener, Transport } from './transport.ts';

export interface TcpOptions {
  /** A dial is given up after so many milliseconds. Default: that of `options.ts`. */
  readonly dialTimeout?: number;
  /** A link that was ended, and whose other end neither reads, sends nor closes for so long, is cut. Default 2000. */
  readonly linger?: number;
  /** Plain links by default; `tlsSockets` makes secured ones. */
  readonly sockets?: Sockets;
}

/** The real network. Every socket is an Observable's: it is opened by a subscription, and `close` sees to the rest. */
export function createTcp({
  dialTimeout = defaults.dialTimeout,
  linger = 2000,
  sockets = plainSockets,
}: TcpOptions = {}): Transport {
  const links = new Map<Socket, Link>();
  const dials = new Set<Socket>();
  const listeners = new Map<Served, () => void>();
  let closed = false;

  const open = (socket: Socket, inlet: Inlet): Link => {
    const link = tcpLink(socket, inlet, linger);
    links.set(socket, link);
    socket.once('close', () => links.delete(socket));
    return link;
  };

  const listen = (host: string, port: number): Observable<Listener> =>
    new Observable((subscriber) => {
      if (closed) {
        subscriber.error(transportClosed());
        return;
      }
      const link$ = new Subject<Link>();
      const served = sockets.serve((socket) => {
        const inlet: Inlet = { take: () => undefined };
        socket.on('data', (chunk: Buffer) => inlet.take(plainBytes(chunk)));
        // No address: it was reset before it got here. No observer: nobody would ever close it.
        if (socket.remoteAddress !== undefined && link$.observed) link$.next(open(socket, inlet));
        else socket.on('error', () => undefined).destroy();
      });
      const { server, incident$ } = served;
      listeners.set(served, () => subscriber.complete());
      server.on('close', () => listeners.delete(served));
      server.on('error', (error) => {
        // Once bound this is a failed accept (EMFILE): that caller is lost, the listener is not.
        if (server.listening) return;
        listeners.delete(served);
        subscriber.error(failureOf(error));
      });
      server.on('listening', () => {
        // The host's lookup can't be given up, so listening may begin after all when nobody wants it any more.
        if (subscriber.closed) {
          server.close();
          return;
        }
        const bound = server.address() as AddressInfo;
        const host = plainHost(bound.address);
        subscriber.next({ host, port: bound.port, link$: link$.asObservable(), incident$ });
      });
      subscriber.add(() => {
        server.close();
        link$.complete();
      });
      server.listen({ host, port });
    });

  const dial = (address: string): Observable<Link> =>
    new Observable((subscriber) => {
      const target = parseAddress(address);
      if (closed || !target) {
        subscriber.error(closed ? transportClosed() : badAddress(address));
        return;
      }
      const inlet: Inlet = { take: () => undefined };
      const socket = sockets.connect(target, (chunk) => inlet.take(chunk));
      socket.pause();
      dials.add(socket);
      const giveUp = setTimeout(() => subscriber.error(timedOut(dialTimeout)), dialTimeout);
      socket.on('error', (error) => subscriber.error(sockets.explain(error)));
      socket.once('close', () => {
        dials.delete(socket);
        subscriber.error(transportClosed()); // heard only when `close` cut the dial: otherwise it is over by now
      });
      socket.once(sockets.ready, () => {
        dials.delete(socket);
        if (isItself(socket)) {
          subscriber.error(failure('ECONNREFUSED'));
          return;
        }
        subscriber.next(open(socket, inlet));
        subscriber.complete();
      });
      subscriber.add(() => {
        clearTimeout(giveUp);
        if (!links.has(socket)) socket.destroy();
      });
    });

  const close = async (graceMs: number): Promise<void> => {
    closed = true;
    const servers = [...listeners.keys()].map(({ server }) => server);
    const gone = [...links.keys(), ...dials, ...servers].map(
      (it) => new Promise<void>((resolve) => it.once('close', () => resolve())),
    );
    for (const stop of [...listeners.values()]) stop();
    const strangers = [...listeners.keys()].flatMap(({ pending }) => [...pending.values()]);
    for (const socket of [...dials, ...strangers]) socket.destroy();
    for (const [socket, link] of [...links]) {
      link.end();
      socket.resume(); // a link nobody reads must still see the other end close
    }
    const cutAll = setTimeout(() => {
      for (const link of [...links.values()]) link.cut();
    }, graceMs);
    await Promise.all(gone);
    clearTimeout(cutAll);
  };

  return { listen, dial, close };
}

/** A Buffer's `slice` is a view: who means to copy with it would keep what is overwritten. A Uint8Array's copies. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** On Linux a dial to a free port of the range for outgoing connections may, by chance, connect to itself. */
function isItself(socket: Socket): boolean {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
}
