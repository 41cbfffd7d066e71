/** `ticket` is the heap's: the number of its reservation, -1 while it has none. */
export interface Ticketed {
  ticket: number;
}

/** Most peers' heaps hold next to nothing, and a simulation has one for each of 100,000. */
const firstCapacity = 16;

/**
 * What is to come, earliest first and, at one time, in the order it was asked for. A heap with four children a node;
 * times and orders lie in arrays of numbers, so that finding a place among a hundred thousand touches no object. A
 * cancelled entry is taken out at once: in a long run there are more of those than of the others.
 */
export class Heap<Entry extends Ticketed> {
  size = 0;
  private times = new Float64Array(firstCapacity);
  private orders = new Float64Array(firstCapacity);
  /** Ticket at each place, and place of each ticket. */
  private tickets = new Int32Array(firstCapacity);
  private places = new Int32Array(firstCapacity);
  private readonly entries: (Entry | undefined)[] = [];
  private readonly free: number[] = [];
  private asked = 0;

  /** When the first is due; Infinity when there is none. */
  get nextAt(): number {
    return this.size === 0 ? Infinity : this.times[0]!;
  }

  get first(): Entry | undefined {
    return this.size === 0 ? undefined : this.entries[this.tickets[0]!];
  }

  /** All that is in it, in no order. It must not be changed meanwhile. */
  *[Symbol.iterator](): Iterator<Entry> {
    for (const entry of this.entries) if (entry !== undefined) yield entry;
  }

  /** The place that something asked for now has among all that is due at its time. */
  nextOrder(): number {
    return this.asked++;
  }

  push(entry: Entry, at: number, order = this.nextOrder()): void {
    if (this.size === this.times.length) this.grow();
    const ticket = this.free.pop() ?? this.entries.length;
    this.entries[ticket] = entry;
    entry.ticket = ticket;
    this.rise(this.size++, ticket, at, order);
  }

  /** Has it due at another time, as if it were asked for now. */
  reschedule(entry: Entry, at: number): void {
    this.remove(entry);
    this.push(entry, at);
  }

  /** Takes out the first. Not to be called when there is none. */
  pop(): Entry {
    const entry = this.entries[this.tickets[0]!]!;
    this.remove(entry);
    return entry;
  }

  remove(entry: Entry): void {
    const { ticket } = entry;
    if (ticket < 0) return;
    const place = this.places[ticket]!;
    entry.ticket = -1;
    this.entries[ticket] = undefined;
    this.free.push(ticket);
    const last = --this.size;
    if (place === last) return;
    // The last takes its place, and goes from there to its own.
    const time = this.times[last]!;
    const order = this.orders[last]!;
    const moved = this.tickets[last]!;
    if (place > 0 && this.isBefore(time, order, (place - 1) >> 2)) this.rise(place, moved, time, order);
    else this.sink(place, moved, time, order);
  }

  private isBefore(time: number, order: number, place: number): boolean {
    const other = this.times[place]!;
    return time < other || (time === other && order < this.orders[place]!);
  }

  private rise(from: number, ticket: number, time: number, order: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 2;
      if (!this.isBefore(time, order, above)) break;
      this.move(above, place);
      place = above;
    }
    this.put(place, ticket, time, order);
  }

  private sink(from: number, ticket: number, time: number, order: number): void {
    const { size, times, orders } = this;
    let place = from;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= size) break;
      let least = first;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child++)
        if (this.isBefore(times[child]!, orders[child]!, least)) least = child;
      if (this.isBefore(time, order, least)) break;
      this.move(least, place);
      place = least;
    }
    this.put(place, ticket, time, order);
  }

  private move(from: number, to: number): void {
    this.put(to, this.tickets[from]!, this.times[from]!, this.orders[from]!);
  }

  private put(place: number, ticket: number, time: number, order: number): void {
    this.times[place] = time;
    this.orders[place] = order;
    this.tickets[place] = ticket;
    this.places[ticket] = place;
  }

  private grow(): void {
    const length = this.times.length * 2;
    this.times = longer(this.times, new Float64Array(length));
    this.orders = longer(this.orders, new Float64Array(length));
    this.tickets = longer(this.tickets, new Int32Array(length));
    this.places = longer(this.places, new Int32Array(length));
  }
}

function longer<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
