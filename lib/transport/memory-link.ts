import { EMPTY, Observable, Subject, type SchedulerLike, type Subscriber, type Subscription } from 'rxjs';
import { failure } from './failure.ts';
import { TransportError, type Link } from './transport.ts';

/** What all links of a memory network share. */
export interface Wire {
  readonly clock: SchedulerLike;
  /** When given, every chunk is handed out in this one buffer, which is overwritten after the call. */
  readonly scratch: Uint8Array | undefined;
}

/** What travels to one end: the bytes written in one turn of the clock, or how the link ended. */
type Turn = Uint8Array[] | 'end' | 'cut';

/** As over TCP: an ended link whose other end does not close is cut. */
const LINGER = 2000;

/** What a kept chunk reads after the call when the buffer is reused: not zero, which could pass for data. */
const OVERWRITTEN = 0xdd;

/**
 * One end of a link. A class, because a simulation holds 100,000 of them: methods are shared, and an idle end
 * is a handful of fields. Turns are scheduled on the clock directly, one action each, with no operator between.
 */
export class MemoryLink implements Link {
  readonly chunk$ = new Observable<Uint8Array>((subscriber) => this.read(subscriber));
  private other!: MemoryLink;
  /** On their way to this end, oldest first. */
  private readonly inbox: Turn[] = [];
  private inboxBytes = 0;
  /** Turns at the front of the inbox that arrived while nobody was reading. */
  private parked = 0;
  /** When the newest turn in the inbox was begun: what is written at the same time joins it. */
  private turnBegan = NaN;
  private reader: Subscriber<Uint8Array> | undefined;
  private discarding = false;
  /** ended: only reads, for as long as the linger. over: nothing comes in or out any more. */
  private state: 'open' | 'ended' | 'over' = 'open';
  private broken: TransportError | undefined;
  private linger: Subscription | undefined;
  private drains: Subject<void> | undefined;

  private constructor(
    readonly remote: string,
    private readonly wire: Wire,
    private readonly latency: number,
    private readonly onOver: (link: MemoryLink) => void,
  ) {}

  /** Both ends of a new link. `onOver` is called once for each, when it is closed for good. */
  static pair(
    wire: Wire,
    latency: number,
    remotes: readonly [string, string],
    onOver: readonly [(link: MemoryLink) => void, (link: MemoryLink) => void],
  ): [MemoryLink, MemoryLink] {
    const near = new MemoryLink(remotes[0], wire, latency, onOver[0]);
    const far = new MemoryLink(remotes[1], wire, latency, onOver[1]);
    near.other = far;
    far.other = near;
    return [near, far];
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
    const { inbox } = this.other;
    const now = this.wire.clock.now();
    const newest = inbox[inbox.length - 1];
    this.other.inboxBytes += bytes.length;
    if (Array.isArray(newest) && this.other.turnBegan === now) {
      newest.push(bytes);
      return;
    }
    this.other.turnBegan = now;
    this.send([bytes]);
  }

  end(): void {
    if (this.state !== 'open') return;
    this.state = 'ended';
    this.send('end');
    this.linger = this.wire.clock.schedule(() => this.cut(), LINGER);
  }

  cut(): void {
    if (this.state === 'over') return;
    this.send('cut');
    this.leave();
    // Not within the call: over TCP, too, the reader hears of it later.
    this.wire.clock.schedule(() => this.finish());
  }

  /** Reads on with nobody to hand the bytes to, so that the other end's end is noticed. */
  discard(): void {
    if (this.reader || this.discarding) return;
    this.discarding = true;
    this.unpark();
  }

  private send(turn: Turn): void {
    this.other.inbox.push(turn);
    this.wire.clock.schedule(MemoryLink.arrived, this.latency, this.other);
  }

  private read(subscriber: Subscriber<Uint8Array>): void {
    if (this.reader) {
      subscriber.error(new TransportError('chunk$ is already being read'));
      return;
    }
    this.reader = subscriber;
    subscriber.add(() => this.cut());
    if (this.state === 'over') this.finish();
    else this.unpark();
  }

  private unpark(): void {
    for (; this.parked > 0; this.parked--) this.wire.clock.schedule(MemoryLink.arrived, 0, this);
  }

  private static readonly arrived = (link: MemoryLink): void => link.arrive();

  /** One turn has come. Whichever action fires, the oldest is taken: order does not depend on the clock's. */
  private arrive(): void {
    if (this.state === 'over') return;
    if (!this.reader && !this.discarding) {
      this.parked++;
      return;
    }
    const turn = this.inbox.shift();
    if (Array.isArray(turn)) {
      this.deliver(turn);
      return;
    }
    if (turn === 'end' && this.state === 'open') this.send('end');
    if (turn === 'cut' && this.state === 'open') this.broken = failure('ECONNRESET');
    this.leave();
    this.finish();
  }

  private deliver(turn: readonly Uint8Array[]): void {
    for (const bytes of turn) {
      if (this.state === 'over') return;
      this.inboxBytes -= bytes.length;
      if (this.wire.scratch) this.deliverIn(this.wire.scratch, bytes);
      else this.reader?.next(bytes);
    }
    if (this.inboxBytes === 0) this.other.drains?.next();
  }

  private deliverIn(scratch: Uint8Array, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += scratch.length) {
      const size = Math.min(scratch.length, bytes.length - at);
      scratch.set(bytes.subarray(at, at + size));
      this.reader?.next(scratch.subarray(0, size));
      scratch.fill(OVERWRITTEN, 0, size);
    }
  }

  /** Nothing comes in or out from here on. */
  private leave(): void {
    this.state = 'over';
    this.linger?.unsubscribe();
    this.linger = undefined;
    this.inbox.length = 0;
    this.inboxBytes = 0;
    this.drains?.complete();
    this.onOver(this);
  }

  private finish(): void {
    if (this.broken) this.reader?.error(this.broken);
    else this.reader?.complete();
  }
}
