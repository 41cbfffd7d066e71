import { EMPTY, Observable, Subject, type Subscriber, type Subscription } from 'rxjs';
import { failure } from '../transport/failure.ts';
import { TransportError, type Link } from '../transport/transport.ts';
import type { Entry } from './clock.ts';
import { firstTimeout, Resend, type Packet } from './packet.ts';
import type { Process } from './process.ts';

/** As over TCP on Linux: an ended link whose other end does not close is cut. */
const linger = 2000;

/**
 * One end of a simulated connection. As over TCP no byte is lost for good: a lost packet comes one retransmission
 * timeout later and all behind it waits; between parted machines nothing gets through and the timeouts go on
 * doubling until one does. An end is its own entry in the clock's heap, for the next packet on its way to it, and
 * an idle one holds nothing else: a run of 100,000 peers has half a million ends.
 */
export class SimLink implements Link, Entry {
  ticket = -1;
  private other!: SimLink;
  /** Packets on their way to this end, oldest first. Those before `coming` are here and wait for a reader. */
  private first: Packet | undefined;
  private coming: Packet | undefined;
  private last: Packet | undefined;
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
  buffered(): number {
    return this.state === 'over' ? 0 : this.other.inboxBytes;
  }

  get drain$(): Observable<void> {
    if (this.state === 'over') return EMPTY;
    this.drains ??= new Subject<void>();
    return this.drains.asObservable();
  }

  write(bytes: Uint8Array): void {
    if (this.state !== 'open' || bytes.length === 0) return;
    this.process.network.tap.sent(this.process, bytes);
    this.other.inboxBytes += bytes.length;
    const unsent = this.packetOfNow();
    if (unsent !== undefined) (unsent.more ??= []).push(bytes);
    else this.send(bytes);
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    const unsent = this.packetOfNow();
    if (unsent !== undefined) unsent.last = true;
    else this.send('end');
    this.cutting = this.process.clock.schedule(() => this.cut(), linger);
  }

  /** The packet of bytes that was sent to the other end at this time, if there is one: what follows travels with it. */
  private packetOfNow(): Packet | undefined {
    const newest = this.other.lost?.packets.at(-1) ?? this.other.last;
    const isOpen = newest?.sentAt === this.process.network.clock.now() && typeof newest.what !== 'string';
    return isOpen ? newest : undefined;
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
    this.clear();
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
    if (this.first === this.coming) return;
    this.coming = this.first;
    const { clock } = this.process.network;
    clock.drop(this);
    clock.add(this, clock.now());
  }

  /** The next packet has come. */
  fire(): void {
    const packet = this.coming;
    if (packet === undefined) return;
    if (this.state === 'over') {
      this.unknown(packet);
      return;
    }
    this.coming = packet.next;
    if ((this.reader !== undefined || this.discarding) && !this.process.clock.frozen) {
      this.first = packet.next;
      if (packet.next === undefined) this.last = undefined;
      if (typeof packet.what === 'string') this.ended(packet.what);
      else {
        this.deliver(packet.what, packet.more);
        if (packet.last) this.ended('end');
      }
    }
    this.awaitNext();
  }

  /** Has a packet arrive here after `delay`, but not before what was sent earlier. */
  arriveIn(delay: number, packet: Packet): void {
    const { clock } = this.process.network;
    const at = clock.now() + delay;
    const { last } = this;
    packet.at = last === undefined || last.at < at ? at : last.at;
    packet.order = clock.nextOrder();
    if (last === undefined) this.first = packet;
    else last.next = packet;
    this.last = packet;
    this.coming ??= packet;
    this.awaitNext();
  }

  private awaitNext(): void {
    const { coming } = this;
    if (coming !== undefined && this.ticket < 0)
      this.process.network.clock.add(this, coming.at, coming.order);
  }

  private clear(): void {
    this.first = undefined;
    this.coming = undefined;
    this.last = undefined;
    this.inboxBytes = 0;
  }

  private send(what: Packet['what']): void {
    const { other, process, latency } = this;
    const { network } = process;
    const packet: Packet = {
      what,
      more: undefined,
      last: false,
      sentAt: network.clock.now(),
      at: 0,
      order: 0,
      next: undefined,
    };
    const through = network.reaches(process.machine, other.process.machine);
    // A reset is said once: a closed socket sends nothing again, nor what it had still to send.
    if (what === 'cut') {
      other.giveUpLost();
      if (through) other.arriveIn(latency, packet);
    } else if (other.lost !== undefined) other.lost.packets.push(packet);
    else if (through) other.arriveIn(latency + network.delayByLoss(firstTimeout), packet);
    else other.lost = new Resend(network.clock, this, packet);
  }

  /** Sends again what was lost; false while nothing gets through. */
  resend(packets: readonly Packet[]): boolean {
    const { other, process, latency } = this;
    const { network } = process;
    if (!network.reaches(process.machine, other.process.machine)) return false;
    other.lost = undefined;
    for (const packet of packets) other.arriveIn(latency + network.delayByLoss(firstTimeout), packet);
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

  private deliver(bytes: Uint8Array, more: readonly Uint8Array[] | undefined): void {
    this.process.network.tap.packet();
    this.hand(bytes);
    if (more !== undefined) for (const others of more) this.hand(others);
    if (this.inboxBytes === 0) this.other.drains?.next();
  }

  private hand(bytes: Uint8Array): void {
    // The frame before may have made the reader cut the link.
    if (this.state === 'over') return;
    this.inboxBytes -= bytes.length;
    this.process.network.tap.received(this.process, bytes);
    this.reader?.next(bytes);
  }

  /** A packet for a connection that nobody here knows of: the system answers with a reset, if there is a system. */
  private unknown(packet: Packet): void {
    this.clear();
    if (packet.what !== 'cut' && this.other.state !== 'over' && !this.process.machine.down) this.send('cut');
  }

  private ended(how: 'end' | 'cut'): void {
    // What came with the end may have made the reader cut the link.
    if (this.state === 'over') return;
    const wasOpen = this.state === 'open';
    if (how === 'end' && wasOpen) this.send('end');
    this.leave();
    if (how === 'cut' && wasOpen) this.reader?.error(failure('ECONNRESET'));
    else this.reader?.complete();
  }
}
