import { seeded, type Random } from '../world/random.ts';
import type { SimClock } from './clock.ts';
import { Process, type Bound } from './process.ts';
import { mix } from './seed.ts';
import { Tap } from './tap.ts';

/** Milliseconds, from and up to. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface NetworkOptions {
  readonly seed: number;
  /** From one machine to another, drawn once for each pair of them and the same both ways. */
  readonly latency: Range;
  /** Share of packets that are lost, 0 <= p < 1. Streams are reliable: a lost packet is a late one. */
  readonly loss: number;
}

export interface Machine {
  readonly index: number;
  readonly host: string;
  readonly ports: Map<number, Bound>;
  /** Machines of different groups do not reach each other. */
  group: number;
  /** Without power. */
  down: boolean;
  /** Links dialled from here so far. */
  dialled: number;
}

/**
 * The network of a run: any number of machines, each reached by every other with its own latency. Everything happens
 * through the one clock, all chance comes from one stream, and the bytes are those of the codec, uncopied.
 */
export class SimNetwork {
  readonly tap: Tap;
  private readonly machines = new Map<string, Machine>();
  private readonly random: Random;
  private processes = 0;
  /** Is anything unreachable at all? Asked at every packet, so that nobody's machine is looked at in calm times. */
  private disturbed = false;

  constructor(
    readonly clock: SimClock,
    private readonly options: NetworkOptions,
  ) {
    this.tap = new Tap(clock);
    this.random = seeded(mix(options.seed, 0x6e65, 0));
  }

  machine(host: string): Machine {
    let machine = this.machines.get(host);
    if (machine === undefined) {
      machine = { index: this.machines.size, host, ports: new Map(), group: 0, down: false, dialled: 0 };
      this.machines.set(host, machine);
    }
    return machine;
  }

  /** Starts a process on a machine, which is switched on when it was off. */
  boot(host: string): Process {
    const machine = this.machine(host);
    machine.down = false;
    return new Process(this, machine, this.processes++);
  }

  /** Drawn from the pair alone: the same whoever dials and whenever, and nothing is kept for it. */
  latency(a: Machine, b: Machine): number {
    const { min, max } = this.options.latency;
    if (a === b || max === min) return a === b ? 0 : min;
    const [low, high] = a.index < b.index ? [a.index, b.index] : [b.index, a.index];
    return min + (max - min) * seeded(mix(this.options.seed, low, high))();
  }

  /** Does a packet sent now get there? */
  reaches(a: Machine, b: Machine): boolean {
    return !this.disturbed || (a.group === b.group && !a.down && !b.down);
  }

  /** Takes the power from a machine, until a process is started on it. */
  switchOff(machine: Machine): void {
    machine.down = true;
    this.disturbed = true;
  }

  /** How much later a packet comes because it, and then its repetitions, were lost; `timeout` is the first wait. */
  delayByLoss(timeout: number): number {
    let delay = 0;
    for (let wait = timeout; this.options.loss > 0 && this.random() < this.options.loss; wait *= 2)
      delay += wait;
    return delay;
  }

  /** Silence between groups from now on: no packet passes, no link goes down, no dial is answered. */
  part(groupOf: (machine: Machine) => number): void {
    this.disturbed = false;
    for (const machine of this.machines.values()) {
      machine.group = groupOf(machine);
      if (machine.group !== 0 || machine.down) this.disturbed = true;
    }
  }

  heal(): void {
    this.part(() => 0);
  }
}
