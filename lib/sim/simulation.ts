import { of } from 'rxjs';
import { defaults, type Settings } from '../options.ts';
import type { Notice } from '../doers.ts';
import { runPeer } from '../peer.ts';
import { messagesOf } from '../protocol/messages.ts';
import { seeded, type Random } from '../world/random.ts';
import { SimClock } from './clock.ts';
import { Ledger, type Sent } from './ledger.ts';
import type { Member } from './member.ts';
import { SimNetwork, type Range } from './network.ts';
import { mix } from './seed.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly latency: Range;
  readonly loss?: number;
  /** What differs from the defaults, for all peers. */
  readonly settings?: Partial<Settings>;
  /** Told from time to time while a run goes on; must not touch it. */
  readonly onProgress?: (simulation: Simulation) => void;
}

const port = 7946;
/** A day in 2024: what a peer's clock would say, so that epochs have the size they have in earnest. */
const epochOrigin = 1_704_067_200_000;
/** How long a peer that leaves may take to say goodbye: as `close()` of the library. */
const graceMs = 300;
const progressEvery = 20_000;

/**
 * Whole peers, thousands of them, in one process: the pipeline of production (`runPeer`) on a virtual clock and a
 * virtual network. The same seed gives the same run to the last byte: every peer draws from a stream of its own
 * and the network from another, and nothing looks at the wall clock.
 */
export class Simulation {
  readonly clock = new SimClock();
  readonly network: SimNetwork;
  readonly ledger = new Ledger();
  /** All that were ever started, by index. */
  readonly members: Member[] = [];
  /** Draws of the scenario: who crashes, who speaks. */
  readonly random: Random;
  /** Notices so far by type: `neighborUp`, `neighborDown`, `gap`, `log` ... */
  readonly notices = new Map<string, number>();
  /** The first complaints of peers (`log` of level warn and error), for whoever looks for a reason. */
  readonly complaints: string[] = [];
  /** Where the scenario stands, for whoever watches: what it does, and how much of that is done. */
  stage: { readonly name: string; readonly share: number } = { name: 'starting', share: 0 };
  private readonly awaited = new Map<number, Sent | undefined>();
  private refs = 0;
  private bug: Error | undefined;

  constructor(private readonly options: SimulationOptions) {
    const { seed, latency, loss = 0 } = options;
    this.network = new SimNetwork(this.clock, { seed, latency, loss });
    this.random = seeded(mix(seed, 0x7363, 1));
  }

  now(): number {
    return this.clock.now();
  }

  /** Those that neither left nor crashed. */
  get live(): readonly Member[] {
    return this.members.filter(({ alive }) => alive);
  }

  /** Starts a peer that joins through `seeds`, on a machine of its own or, by `host`, on one that was there before. */
  start(seeds: readonly string[], host = hostOf(this.members.length), settings?: Partial<Settings>): Member {
    const { seed } = this.options;
    const index = this.members.length;
    const process = this.network.boot(host);
    const random = seeded(mix(seed, 0x7065, index));
    const id = peerId(seeded(mix(seed, 0x6964, index)));
    const address = `${host}:${port}`;
    const self = { id, epoch: epochOrigin + Math.floor(this.now()), address: '', advertise: '' };
    const all: Settings = { ...defaults, ...this.options.settings, ...settings, seeds };
    const peer = runPeer(
      {
        self,
        settings: all,
        listen: { host, port },
        rounds: { period: 0, publish: () => undefined },
      },
      { clock: process.clock, random, soon: (work) => work(), lookup: (name) => of([name]) },
      process,
    );
    const member: Member = {
      index,
      id,
      address,
      process,
      settings: all,
      bornAt: this.now(),
      peer,
      get state() {
        return this.peer?.state();
      },
      alive: true,
    };
    this.members.push(member);
    const failed = (error: unknown) => {
      this.bug ??= error instanceof Error ? error : new Error(String(error));
    };
    const noticed = (notice: Notice) => {
      try {
        this.noticed(member, notice);
      } catch (error) {
        failed(error);
      }
    };
    peer.notice$.subscribe({ next: noticed, error: failed });
    peer.open();
    return member;
  }

  /** Has a peer say something now. Undefined when it can't: it is gone or hangs. */
  publish(member: Member, payload?: Uint8Array): Sent | undefined {
    const { peer, process } = member;
    if (peer === undefined || process.clock.frozen) return undefined;
    const ref = ++this.refs;
    this.awaited.set(ref, undefined);
    peer.tell({ type: 'publish', ref, topic: '', payload: payload ?? Buffer.from(`m${ref}`) });
    const sent = this.awaited.get(ref);
    this.awaited.delete(ref);
    return sent;
  }

  /** It says goodbye to its neighbors and is gone. */
  leave(member: Member): void {
    member.peer?.tell({ type: 'leave' });
    buried(member);
    this.clock.schedule(() => member.process.crash(), graceMs);
  }

  /** The process is killed: its connections are reset. */
  crash(member: Member): void {
    member.process.crash();
    buried(member);
  }

  /** The machine fails: silence. */
  powerOff(member: Member): void {
    member.process.powerOff();
    buried(member);
  }

  /**
   * Changes settings of all living peers from now on, as an experiment needs it that has a calm phase and another
   * one. What a peer has planned stays planned: a timer that is set rings once more.
   */
  retune(settings: Partial<Settings>): void {
    for (const member of this.live) Object.assign(member.settings, settings);
  }

  runFor(ms: number): void {
    this.runUntil(() => false, ms);
  }

  /** Runs until `done` (asked after every event), at most `limit` ms of virtual time. Returns whether it was done. */
  runUntil(done: () => boolean, limit: number): boolean {
    const until = this.now() + limit;
    let over = done();
    while (!over && this.clock.step(until)) {
      if (this.bug !== undefined) throw this.bug;
      if (this.clock.events % progressEvery === 0) this.options.onProgress?.(this);
      over = done();
    }
    if (!over) this.clock.run(until);
    if (this.bug !== undefined) throw this.bug;
    return over;
  }

  private noticed(member: Member, notice: Notice): void {
    this.notices.set(notice.type, (this.notices.get(notice.type) ?? 0) + 1);
    switch (notice.type) {
      case 'deliver': {
        const { origin, sequence, hop } = notice.message;
        this.ledger.delivered(member, origin, sequence, hop, this.now());
        break;
      }
      case 'deliverBurst':
        for (const { origin, sequence, hop } of messagesOf(notice))
          this.ledger.delivered(member, origin, sequence, hop, this.now());
        break;
      case 'published': {
        const { sequence } = notice.message;
        const sent = this.ledger.published(member, sequence, this.now(), this.members.length);
        this.awaited.set(notice.ref, sent);
        break;
      }
      case 'log':
        if ((notice.level === 'warn' || notice.level === 'error') && this.complaints.length < 100)
          this.complaints.push(`${this.now().toFixed(3)} ${member.address} ${notice.level}: ${notice.text}`);
    }
  }
}

function buried(member: Member): void {
  member.alive = false;
  member.peer = undefined;
}

/** `10.a.b.c`: room for 16 million machines. */
export const hostOf = (index: number): string =>
  `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

export const addressOf = (index: number): string => `${hostOf(index)}:${port}`;

function peerId(random: Random): string {
  const word = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return word() + word() + word() + word();
}
