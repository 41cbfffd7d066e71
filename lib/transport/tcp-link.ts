import type { Socket } from 'node:net';
import { Observable, Subject, type Subscriber } from 'rxjs';
import { formatAddress } from './address.ts';
import { failureOf } from './failure.ts';
import { flushSoon, join } from './flush.ts';
import { fairly } from './share.ts';
import { TransportError, type Link } from './transport.ts';

/** Where the socket's bytes go. Filled in by the link, because `onread` has to be given before there is one. */
export interface Inlet {
  take(chunk: Uint8Array): void;
}

/** An ended link that keeps being sent to is cut after so many times its linger: else a stranger could hold it for ever. */
const LINGERS = 15;

/**
 * A connected, paused socket as a Link. Paused until `chunk$` is subscribed: what nobody reads stays in the
 * system's buffer and slows the sender down, instead of piling up here.
 */
export function tcpLink(socket: Socket, inlet: Inlet, lingerMs: number): Link {
  const remote = formatAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0);
  const drain$ = new Subject<void>();
  /**
   * None while nothing waits. An empty array that is kept for it becomes old, and what is put into it later is then kept by it, though
   * both are dead, until V8 collects the whole heap: at full speed that is for minutes.
   */
  let outbox: Uint8Array[] | undefined;
  let queued = 0;
  /** What has left before the end of this turn: all of it, until then. */
  let early = 0;
  let closing = false; // end or cut was called: nothing more is written, and what breaks now breaks nothing
  let undrained = false;
  let broken: TransportError | undefined;
  let reader: Subscriber<Uint8Array> | undefined;
  const reading = fairly(socket, (chunk) => reader?.next(chunk));

  const buffered = (): number => (socket.destroyed ? 0 : queued + Math.max(early, socket.writableLength));

  const flush = (isOver: boolean): void => {
    if (socket.destroyed) return;
    early = isOver ? 0 : queued;
    if (outbox === undefined) {
      flushed();
      return;
    }
    const pieces = join(outbox);
    outbox = undefined;
    queued = 0;
    undrained = true;
    const last = pieces.length - 1;
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i++) socket.write(pieces[i]!);
    socket.write(pieces[last]!, flushed);
    if (last > 0) socket.uncork();
  };

  const flushed = (): void => {
    if (!undrained || socket.destroyed || buffered() > 0) return;
    undrained = false;
    drain$.next();
  };

  const cut = (): void => {
    closing = true;
    outbox = undefined;
    queued = 0;
    socket.destroy();
  };

  const end = (): void => {
    if (closing) return;
    flush(true);
    closing = true;
    socket.end();
    // node:net's idle timer also counts a partly flushed write as progress, so a slow reader is not cut short.
    socket.setTimeout(lingerMs, cut);
    const limit = setTimeout(cut, LINGERS * lingerMs).unref();
    socket.once('close', () => clearTimeout(limit));
  };

  const finish = (): void => {
    if (broken) reader?.error(broken);
    else reader?.complete();
  };

  // Stays for the socket's life: a reset may come at any time, and an 'error' nobody listens to ends the process.
  socket.on('error', (error) => {
    if (!closing) broken = failureOf(error);
  });
  socket.on('end', () => {
    end();
    reader?.complete();
  });
  socket.on('close', () => {
    closing = true;
    outbox = undefined;
    queued = 0;
    drain$.complete();
    finish();
  });

  const chunk$ = new Observable<Uint8Array>((subscriber) => {
    if (reader) {
      subscriber.error(new TransportError('chunk$ is already being read'));
      return;
    }
    reader = subscriber;
    if (socket.closed) finish();
    inlet.take = reading.take;
    subscriber.add(() => {
      inlet.take = () => undefined;
      if (!socket.readableEnded) cut();
    });
    socket.resume();
  });

  return {
    remote,
    chunk$,
    write: (bytes) => {
      if (closing || bytes.length === 0) return;
      queued += bytes.length;
      if (outbox === undefined) {
        outbox = [bytes];
        flushSoon(flush);
      } else outbox.push(bytes);
    },
    buffered,
    drain$: drain$.asObservable(),
    end,
    cut,
    hold: reading.hold,
    share: reading,
  };
}
