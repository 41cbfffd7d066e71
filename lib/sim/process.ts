import { Observable, Subject, type Subscriber } from 'rxjs';
import { defaults } from '../options.ts';
import { isLoopback } from '../protocol/links/scope.ts';
import { formatAddress, parseAddress } from '../transport/address.ts';
import { badAddress, failure, timedOut, transportClosed } from '../transport/failure.ts';
import type { Link, Listener, Transport } from '../transport/transport.ts';
import { ProcessClock } from './clock.ts';
import { SimLink } from './link.ts';
import type { Machine, SimNetwork } from './network.ts';

/** A port that is listened on. */
export interface Bound {
  readonly link$: Subject<Link>;
  readonly process: Process;
}

/** As for `tcp.ts`. */
const { dialTimeout } = defaults;
/** Linux sends a lost SYN again after 1 s, then 2 s, 4 s ... */
const firstSynTimeout = 1000;
/** The first port that dialling ends are shown with, as on Linux. They are only shown, never taken. */
const firstDiallingPort = 32768;

/**
 * One running program on a simulated machine: its transport, its clock, and the ways in which it can end or stop.
 * `index` numbers all processes of a run; a machine that is started again has another process.
 */
export class Process implements Transport {
  readonly links = new Set<SimLink>();
  readonly clock: ProcessClock;
  private readonly ports = new Set<Subscriber<Listener>>();
  private readonly dials = new Set<Subscriber<Link>>();
  private closed = false;
  private emptied: (() => void) | undefined;

  constructor(
    readonly network: SimNetwork,
    readonly machine: Machine,
    readonly index: number,
  ) {
    this.clock = new ProcessClock(network.clock);
  }

  listen(host: string, wanted: number): Observable<Listener> {
    return new Observable((subscriber) => {
      const { ports } = this.machine;
      const port = wanted === 0 ? freePort(ports) : wanted;
      if (this.closed || ports.has(port)) {
        subscriber.error(this.closed ? transportClosed() : failure('EADDRINUSE'));
        return;
      }
      const link$ = new Subject<Link>();
      ports.set(port, { link$, process: this });
      this.ports.add(subscriber);
      subscriber.add(() => {
        ports.delete(port);
        this.ports.delete(subscriber);
        link$.complete();
      });
      subscriber.add(this.clock.schedule(() => subscriber.next({ host, port, link$: link$.asObservable() })));
    });
  }

  dial(address: string): Observable<Link> {
    return new Observable((subscriber) => {
      const target = parseAddress(address);
      if (this.closed || target === undefined) {
        subscriber.error(this.closed ? transportClosed() : badAddress(address));
        return;
      }
      this.dials.add(subscriber);
      subscriber.add(() => this.dials.delete(subscriber));
      subscriber.add(this.clock.schedule(() => subscriber.error(timedOut(dialTimeout)), dialTimeout));
      const host = isLoopback(target.host) ? this.machine.host : target.host;
      this.knock(this.network.machine(host), target.port, subscriber, firstSynTimeout);
    });
  }

  /** Sends the SYN, again and again while it does not get through. */
  private knock(to: Machine, port: number, subscriber: Subscriber<Link>, timeout: number): void {
    const { network, machine, clock } = this;
    const away = network.latency(machine, to);
    if (!network.reaches(machine, to))
      subscriber.add(clock.schedule(() => this.knock(to, port, subscriber, timeout * 2), timeout));
    else
      subscriber.add(
        clock.schedule(
          () => this.knocked(to, port, away, subscriber),
          away + network.delayByLoss(firstSynTimeout),
        ),
      );
  }

  /** The SYN has come: the other machine's answer is a link, or a reset, one latency later. */
  private knocked(to: Machine, port: number, away: number, subscriber: Subscriber<Link>): void {
    if (!this.network.reaches(this.machine, to)) return;
    const there = to.ports.get(port);
    if (there?.link$.observed !== true) {
      subscriber.add(this.clock.schedule(() => subscriber.error(failure('ECONNREFUSED')), away));
      return;
    }
    const from = firstDiallingPort + (this.machine.dialled++ % (65536 - firstDiallingPort));
    const [near, far] = SimLink.pair([this, there.process], away, [
      formatAddress(to.host, port),
      formatAddress(this.machine.host, from),
    ]);
    let given = false;
    subscriber.add(() => {
      if (!given) near.cut();
    });
    subscriber.add(
      this.clock.schedule(() => {
        given = true;
        subscriber.next(near);
        subscriber.complete();
      }, away),
    );
    // The system accepts for a process that is stopped, too; it finds the link when it goes on.
    if (there.process.clock.frozen) there.process.clock.schedule(() => there.link$.next(far));
    else there.link$.next(far);
  }

  close(graceMs: number): Promise<void> {
    this.closed = true;
    for (const listener of this.ports) listener.complete();
    for (const dial of this.dials) dial.error(transportClosed());
    return new Promise((resolve) => {
      const cutAll = this.clock.schedule(() => {
        for (const link of this.links) link.cut();
      }, graceMs);
      this.emptied = () => {
        cutAll.unsubscribe();
        resolve();
      };
      for (const link of this.links) {
        link.end();
        link.discard();
      }
      if (this.links.size === 0) this.emptied();
    });
  }

  /** Told by each link when it is closed for good. */
  dropped(link: SimLink): void {
    this.links.delete(link);
    if (this.links.size === 0) this.emptied?.();
  }

  /** SIGSTOP: connections stay and new ones are accepted by the system, but nothing is read, said or decided. */
  hang(): void {
    this.clock.freeze();
  }

  /** SIGCONT. */
  resume(): void {
    this.clock.thaw();
    for (const link of this.links) link.unpark();
  }

  /** SIGKILL: the system resets its connections, so that the other ends know one latency later. */
  crash(): void {
    this.end((link) => link.reset());
  }

  /** The power fails: nobody is told, and whoever dials hears nothing. */
  powerOff(): void {
    this.network.switchOff(this.machine);
    this.end((link) => link.vanish());
  }

  private end(drop: (link: SimLink) => void): void {
    this.closed = true;
    this.clock.kill();
    for (const [port, { process }] of this.machine.ports)
      if (process === this) this.machine.ports.delete(port);
    for (const link of [...this.links]) drop(link);
  }
}

/** From 1 up, as `memory.ts` does. */
function freePort(taken: ReadonlyMap<number, Bound>): number {
  let port = 1;
  while (taken.has(port)) port++;
  return port;
}
