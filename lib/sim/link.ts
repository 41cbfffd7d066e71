import { EMPTY, Observable, Subject, type Subscriber, type Subscription } from 'rxjs';
import { failure } from '../transport/failure.ts';
import { TransportError, type Link } from '../transport/transport.ts';
import type { SimClock } from './clock.ts';
import type { Entry } from './heap.ts';
import type { Process } from './process.ts';

/** What travels to one end in one packet: the bytes written in one turn of the clock, or how the link ended. */
interface Turn {
  readonly what: Uint8Array[] | 'end' | 'cut';
  readonly sentAt: number;
  at: number;
  order: number;
}

/** As over TCP on Linux: an ended link whose other end does not close is cut. */
const linger = 2000;
/** TCP's first retransmission timeout, doubled with each loss of the same packet (Linux: 200 ms to 120 s). */
export const firstTimeout = 200;
const longestTimeout = 120_000;

/**
 * One end of a simulated connection. As over TCP no byte is lost for good: a lost packet comes one retransmission
 * timeout later and all behind it waits; between parted machines nothing gets through and the timeouts go on
 * doubling until one does. An end is its own entry in the clock's heap, for the next packet on its way to it, and
 * an idle one holds nothing else: a run of 100,000 peers has half a million ends.
 */
export class SimLink implements Link, Entry {
  ticket = -1;
  private other!: SimLink;
  /** On their way to this end, oldest first; `parked` of them have come and wait for a reader. */
  private readonly inbox: Turn[] = [];
  private parked = 0;
  private inboxBytes = 0;
  /** Lost on their way to this end; the other end will send them again. */
  private lost: Resend | undefined;
  private reader: Subscriber<Uint8Array> | undefined;
  private discarding = false;
  /** ended: only reads, for as long as the linger. over: nothing comes in or out any more. */
  private state: 'open' | 'ended' | 'over' = 'open';
  private drains: Subject<void> | undefined;
  private cutting: Subscription | undefined;

  private constructor(
    readonly remote: string,
    private readonly process: Process,
    private readonly latency: number,
  ) {}

  /** Both ends of a new link between two processes, known to each other as `remotes`. */
  static pair(
    [near, far]: readonly [Process, Process],
    latency: number,
    remotes: readonly [string, string],
  ): [SimLink, SimLink] {
    const ends: [SimLink, SimLink] = [
      new SimLink(remotes[0], near, latency),
      new SimLink(remotes[1], far, latency),
    ];
    ends[0].other = ends[1];
    ends[1].other = ends[0];
    near.links.add(ends[0]);
    far.links.add(ends[1]);
    return ends;
  }

  get chunk$(): Observable<Uint8Array> {
    return new Observable((subscriber) => this.read(subscriber));
  }

  /** Until the other end has read it: there is no system buffer in between. */
  get buffered(): number {
    return this.state === 'over' ? 0 : this.other.inboxBytes;
  }

  get drain$(): Observable<void> {
    if (this.state === 'over') return EMPTY;
    this.drains ??= new Subject<void>();
    return this.drains.asObservable();
  }

  write(bytes: Uint8Array): void {
    if (this.state !== 'open' || bytes.length === 0) return;
    const { other } = this;
    this.process.network.tap.sent(this.process, bytes);
    other.inboxBytes += bytes.length;
    const newest = other.lost?.turns.at(-1) ?? other.inbox.at(-1);
    if (newest?.sentAt === this.process.network.clock.now() && Array.isArray(newest.what))
      newest.what.push(bytes);
    else this.send([bytes]);
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    this.send('end');
    this.cutting = this.process.clock.schedule(() => this.cut(), linger);
  }

  cut(): void {
    if (this.state === 'over') return;
    this.reset();
    // Not within the call: over TCP, too, the reader hears of it later.
    this.process.clock.schedule(() => this.reader?.complete());
  }

  /** The process is gone, or has let go of the link: the other end hears of it, unless nothing gets there. */
  reset(): void {
    this.leave();
    this.send('cut');
  }

  /** Gone without a word, as when the power fails. */
  vanish(): void {
    this.leave();
    this.other.giveUpLost();
  }

  private leave(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    const { clock } = this.process.network;
    clock.drop(this);
    this.giveUpLost();
    this.inbox.length = 0;
    this.inboxBytes = 0;
    this.parked = 0;
    this.cutting?.unsubscribe();
    this.cutting = undefined;
    this.drains?.complete();
    this.process.dropped(this);
  }

  /** Reads on with nobody to hand the bytes to, so that the other end's end is noticed. */
  discard(): void {
    if (this.reader !== undefined || this.discarding) return;
    this.discarding = true;
    this.unpark();
  }

  /** What came while nobody was reading, or the process was stopped, is read now. */
  unpark(): void {
    if (this.parked === 0) return;
    this.parked = 0;
    const { clock } = this.process.network;
    clock.drop(this);
    clock.add(this, clock.now());
  }

  /** The next packet has come. */
  fire(): void {
    const turn = this.inbox[this.parked];
    if (turn === undefined) return;
    if (this.state === 'over') {
      this.unknown(turn);
      return;
    }
    if ((this.reader === undefined && !this.discarding) || this.process.clock.frozen) {
      this.parked++;
      this.awaitNext();
      return;
    }
    this.inbox.shift();
    if (Array.isArray(turn.what)) this.deliver(turn.what);
    else this.ended(turn.what);
    this.awaitNext();
  }

  /** Has `turn` arrive here after `delay`, but not before what was sent earlier. */
  arriveIn(delay: number, turn: Turn): void {
    const { clock } = this.process.network;
    turn.at = Math.max(clock.now() + delay, this.inbox.at(-1)?.at ?? 0);
    turn.order = clock.nextOrder();
    this.inbox.push(turn);
    this.awaitNext();
  }

  private awaitNext(): void {
    const next = this.inbox[this.parked];
    if (next !== undefined && this.ticket < 0) this.process.network.clock.add(this, next.at, next.order);
  }

  private send(what: Turn['what']): void {
    const { other, process, latency } = this;
    const { network } = process;
    const turn: Turn = { what, sentAt: network.clock.now(), at: 0, order: 0 };
    const through = network.reaches(process.machine, other.process.machine);
    // A reset is said once: a closed socket sends nothing again, nor what it had still to send.
    if (what === 'cut') {
      other.giveUpLost();
      if (through) other.arriveIn(latency, turn);
    } else if (other.lost !== undefined) other.lost.turns.push(turn);
    else if (through) other.arriveIn(latency + network.delayByLoss(firstTimeout), turn);
    else other.lost = new Resend(network.clock, this, turn);
  }

  /** Sends again what was lost; false while nothing gets through. */
  resend(turns: readonly Turn[]): boolean {
    const { other, process, latency } = this;
    const { network } = process;
    if (!network.reaches(process.machine, other.process.machine)) return false;
    other.lost = undefined;
    for (const turn of turns) other.arriveIn(latency + network.delayByLoss(firstTimeout), turn);
    return true;
  }

  private giveUpLost(): void {
    if (this.lost === undefined) return;
    this.process.network.clock.drop(this.lost);
    this.lost = undefined;
  }

  private read(subscriber: Subscriber<Uint8Array>): void {
    if (this.reader !== undefined) {
      subscriber.error(new TransportError('chunk$ is already being read'));
      return;
    }
    this.reader = subscriber;
    subscriber.add(() => this.cut());
    if (this.state === 'over') subscriber.complete();
    else this.unpark();
  }

  private deliver(frames: readonly Uint8Array[]): void {
    const { network } = this.process;
    network.tap.packet();
    for (const bytes of frames) {
      // The frame before may have made the reader cut the link.
      if (this.isOver()) return;
      this.inboxBytes -= bytes.length;
      network.tap.received(this.process, bytes);
      this.reader?.next(bytes);
    }
    if (this.inboxBytes === 0) this.other.drains?.next();
  }

  private isOver(): boolean {
    return this.state === 'over';
  }

  /** A packet for a connection that nobody here knows of: the system answers with a reset, if there is a system. */
  private unknown(turn: Turn): void {
    this.inbox.length = 0;
    this.inboxBytes = 0;
    if (turn.what !== 'cut' && !this.other.isOver() && !this.process.machine.down) this.send('cut');
  }

  private ended(how: 'end' | 'cut'): void {
    const wasOpen = this.state === 'open';
    if (how === 'end' && wasOpen) this.send('end');
    this.leave();
    if (how === 'cut' && wasOpen) this.reader?.error(failure('ECONNRESET'));
    else this.reader?.complete();
  }
}

/** Packets that did not get through, and when they are sent again. */
class Resend implements Entry {
  ticket = -1;
  readonly turns: Turn[];
  private timeout = firstTimeout;

  constructor(
    private readonly clock: SimClock,
    private readonly from: SimLink,
    turn: Turn,
  ) {
    this.turns = [turn];
    this.wait();
  }

  fire(): void {
    if (this.from.resend(this.turns)) return;
    this.timeout = Math.min(this.timeout * 2, longestTimeout);
    this.wait();
  }

  private wait(): void {
    this.clock.add(this, this.clock.now() + this.timeout);
  }
}
