import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';
import { Heap, type Ticketed } from '../protocol/heap.ts';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;
/** Something that is to happen. */
export interface Entry extends Ticketed {
  fire(): void;
}

type Held = Entry & { readonly closed: boolean };

/**
 * Virtual time: a scheduler for every rxjs operator, over a heap. rxjs' own `VirtualTimeScheduler` sorts all that is
 * pending at every schedule (212 us an event at 20,000 pending); the order of events is the same, and a spec compares.
 * Time is in milliseconds and starts at 0. What happens at one time happens in the order in which it was asked for.
 */
export class SimClock implements SchedulerLike {
  private readonly heap = new Heap<Entry>();
  private readonly world = new ProcessClock(this);
  private time = 0;
  private fired = 0;

  now(): number {
    return this.time;
  }

  /** Events so far: a run's length. */
  get events(): number {
    return this.fired;
  }

  get pending(): number {
    return this.heap.size;
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return this.world.schedule(work, delay, state);
  }

  /** The place in the order that something asked for now has among all that happens at its time. */
  nextOrder(): number {
    return this.heap.nextOrder();
  }

  /** Lets `entry.fire` be called at its time, not before now. */
  add(entry: Entry, at: number, order = this.heap.nextOrder()): void {
    this.heap.push(entry, at < this.time ? this.time : at, order);
  }

  /** Takes out what was added and has not fired. */
  drop(entry: Entry): void {
    this.heap.remove(entry);
  }

  /** Lets the next thing happen; false when there is none up to `until`. */
  step(until = Infinity): boolean {
    const at = this.heap.nextAt;
    if (this.heap.size === 0 || at > until) return false;
    this.time = at;
    this.fired++;
    this.heap.pop().fire();
    return true;
  }

  /** Lets all happen up to and at `until`, which it then is. Without: until nothing is left. */
  run(until = Infinity): void {
    while (this.step(until));
    if (until < Infinity && until > this.time) this.time = until;
  }
}

/** The clock as one process sees it: the same time, but its timers can be held or lost with the process. */
export class ProcessClock implements SchedulerLike {
  private held: Held[] | undefined;
  private dead = false;

  constructor(readonly clock: SimClock) {}

  now(): number {
    return this.clock.now();
  }

  get frozen(): boolean {
    return this.held !== undefined;
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new SimAction(this, work).schedule(state, delay);
  }

  /** Stops it, as SIGSTOP does: what is due waits. */
  freeze(): void {
    this.held ??= [];
  }

  thaw(): void {
    const due = this.held ?? [];
    this.held = undefined;
    for (const action of due) if (!action.closed) this.clock.add(action, this.now());
  }

  /** Ends it, as SIGKILL does: nothing that it asked for happens any more. */
  kill(): void {
    this.dead = true;
    this.held = undefined;
  }

  /** May this action run now? Held ones come back when the process goes on. */
  admits(action: Held): boolean {
    if (this.held === undefined) return !this.dead;
    this.held.push(action);
    return false;
  }
}

/** One piece of scheduled work; the rules of rescheduling and cancelling are those of rxjs' `AsyncAction`. */
class SimAction<T> extends Subscription implements SchedulerAction<T>, Entry {
  ticket = -1;
  private state: T | undefined;

  constructor(
    private readonly process: ProcessClock,
    private readonly work: Work<T>,
  ) {
    super();
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    const { clock } = this.process;
    this.state = state;
    clock.drop(this);
    // Never: setInterval would make it 1 ms.
    if (delay === Infinity) return this;
    clock.add(this, delay > 0 ? clock.now() + delay : clock.now());
    return this;
  }

  fire(): void {
    if (!this.process.admits(this)) return;
    try {
      this.work(this.state);
    } catch (error) {
      this.unsubscribe();
      throw error;
    }
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.process.clock.drop(this);
    this.state = undefined;
    super.unsubscribe();
  }
}
