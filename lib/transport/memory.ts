import { asapScheduler, Observable, Subject, type SchedulerLike, type Subscriber } from 'rxjs';
import { isLoopback } from '../protocol/links/scope.ts';
import { formatAddress, parseAddress } from './address.ts';
import { badAddress, failure, transportClosed } from './failure.ts';
import { MemoryLink, type Wire } from './memory-link.ts';
import type { Link, Listener, Transport } from './transport.ts';

export interface MemoryOptions {
  /** Milliseconds from one end to the other, drawn once for each dial. Default: none. */
  readonly latency?: () => number;
  /** Hands out every chunk in one buffer that is overwritten after the call: finds who keeps a chunk. Default false. */
  readonly reuse?: boolean;
}

export interface MemoryNetwork {
  /** A machine's transport. Two with the same host share its ports, as two processes of one machine do. */
  transport(host?: string): Transport;
}

/** A port that is listened on. */
interface Bound {
  readonly link$: Subject<Link>;
  readonly links: Links;
}

const REUSED_BUFFER = 64 * 1024;
/** The first port that dialling ends are shown with, as on Linux. They are only shown, never taken. */
const FIRST_DIALLING_PORT = 32768;

/**
 * Peers in one process: real bytes, each direction in order, everything delivered later through the given clock
 * and nothing through any other. Give it a virtual clock and a run is the same every time.
 */
export function createMemoryNetwork(
  clock: SchedulerLike = asapScheduler,
  { latency = () => 0, reuse = false }: MemoryOptions = {},
): MemoryNetwork {
  const wire: Wire = { clock, scratch: reuse ? new Uint8Array(REUSED_BUFFER) : undefined };
  const bound = new Map<string, Bound>();
  const lastPort = new Map<string, number>();
  let dialled = 0;

  /** Goes on after the last one given, as systems do; else 10,000 peers on one machine would search for ever longer. */
  const freePort = (host: string): number | undefined => {
    const last = lastPort.get(host) ?? 0;
    for (let i = 0; i < 65535; i++) {
      const port = ((last + i) % 65535) + 1;
      if (bound.has(formatAddress(host, port))) continue;
      lastPort.set(host, port);
      return port;
    }
    return undefined;
  };

  const transport = (machine = '127.0.0.1'): Transport => {
    const links = createLinks();
    const listeners = new Set<Subscriber<Listener>>();
    const dials = new Set<Subscriber<Link>>();
    let closed = false;

    const listen = (host: string, wanted: number): Observable<Listener> =>
      new Observable((subscriber) => {
        const port = wanted === 0 ? freePort(machine) : wanted;
        const key = formatAddress(machine, port ?? 0);
        if (closed || port === undefined || bound.has(key)) {
          subscriber.error(closed ? transportClosed() : failure('EADDRINUSE'));
          return;
        }
        const link$ = new Subject<Link>();
        bound.set(key, { link$, links });
        listeners.add(subscriber);
        subscriber.add(() => {
          bound.delete(key);
          listeners.delete(subscriber);
          link$.complete();
        });
        subscriber.add(clock.schedule(() => subscriber.next({ host, port, link$: link$.asObservable() })));
      });

    const dial = (address: string): Observable<Link> =>
      new Observable((subscriber) => {
        const target = parseAddress(address);
        if (closed || !target) {
          subscriber.error(closed ? transportClosed() : badAddress(address));
          return;
        }
        const away = latency();
        const to = formatAddress(isLoopback(target.host) ? machine : target.host, target.port);
        const from = formatAddress(
          machine,
          FIRST_DIALLING_PORT + (dialled++ % (65536 - FIRST_DIALLING_PORT)),
        );
        let given = false;
        dials.add(subscriber);
        subscriber.add(() => dials.delete(subscriber));

        const knock = (): void => {
          const there = bound.get(to);
          if (!there?.link$.observed) {
            subscriber.add(clock.schedule(() => subscriber.error(failure('ECONNREFUSED')), away));
            return;
          }
          const [near, far] = MemoryLink.pair(wire, away, [to, from], [links.drop, there.links.drop]);
          links.add(near);
          there.links.add(far);
          subscriber.add(() => {
            if (!given) near.cut();
          });
          subscriber.add(clock.schedule(() => answered(near), away));
          there.link$.next(far);
        };
        const answered = (near: MemoryLink): void => {
          given = true;
          subscriber.next(near);
          subscriber.complete();
        };
        subscriber.add(clock.schedule(knock, away));
      });

    const close = (graceMs: number): Promise<void> => {
      closed = true;
      for (const listener of listeners) listener.complete();
      for (const dial of dials) dial.error(transportClosed());
      return links.close(graceMs, clock);
    };

    return { listen, dial, close };
  };

  return { transport };
}

interface Links {
  add(link: MemoryLink): void;
  readonly drop: (link: MemoryLink) => void;
  close(graceMs: number, clock: SchedulerLike): Promise<void>;
}

/** The links of one transport, kept so that closing it can wait for the last one. */
function createLinks(): Links {
  const links = new Set<MemoryLink>();
  let emptied: (() => void) | undefined;
  return {
    add: (link) => links.add(link),
    drop: (link) => {
      links.delete(link);
      if (links.size === 0) emptied?.();
    },
    close: (graceMs, clock) =>
      new Promise((resolve) => {
        const cutAll = clock.schedule(() => {
          for (const link of links) link.cut();
        }, graceMs);
        emptied = () => {
          cutAll.unsubscribe();
          resolve();
        };
        for (const link of links) {
          link.end();
          link.discard();
        }
        if (links.size === 0) emptied();
      }),
  };
}
