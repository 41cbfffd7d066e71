import fc from 'fast-check';
import type { Settings } from '../../lib/options.ts';
import type { Effect } from '../../lib/protocol/effects.ts';
import type { Alarm, Event, LinkId } from '../../lib/protocol/events.ts';
import { noProof, type Message, type MessageOf } from '../../lib/protocol/messages.ts';
import type { PeerState } from '../../lib/protocol/state.ts';
import { step } from '../../lib/protocol/step.ts';
import { seeded } from '../../lib/world/random.ts';
import { bye, bytes, peerState } from '../support/marbles.ts';

/** One end of a connection: what is on its way to it, in order. */
interface End {
  readonly peer: Whole;
  readonly link: LinkId;
  readonly queue: Event[];
}

interface Whole {
  readonly name: number;
  readonly address: string;
  state: PeerState;
  readonly random: () => number;
  readonly alarms: Map<Alarm, number>;
  /** The other end of each of its links. */
  readonly otherEnd: Map<LinkId, End>;
  readonly dials: string[];
  lastLink: LinkId;
  /** What was delivered, as `origin/sequence`. */
  readonly delivered: string[];
  /** What was reported as a gap, likewise. */
  readonly gaps: string[];
  /** Answers to `sign` and `verify` on their way, in the order of asking. */
  readonly answers: Event[];
  /** What it makes of a message that it sends. */
  readonly forge: ((message: Message) => readonly Message[]) | undefined;
  gone: boolean;
}

const tight: Partial<Settings> = { activeView: 2, passiveView: 3, eagerStart: 1, storeAge: 30_000 };

/** Several whole peers: their links are queues, and what happens next is chosen by `choose`. */
class Several {
  now = 1;
  readonly peers: Whole[];
  private readonly ends: End[] = [];

  /** `forge` is what the last peer makes of everything it sends; the others are honest. */
  constructor(count: number, seed: number, settings: Partial<Settings>, forge?: Whole['forge']) {
    this.peers = Array.from({ length: count }, (_, name) => {
      const address = `10.0.0.${name}:8080`;
      const id = String(name).repeat(32);
      return {
        name,
        address,
        state: peerState({ ...tight, ...settings, seeds: ['10.0.0.0:8080'] }, { id, epoch: 1, address: '' }),
        random: seeded(seed + name),
        alarms: new Map(),
        otherEnd: new Map(),
        dials: [],
        lastLink: 0,
        delivered: [],
        gaps: [],
        answers: [],
        forge: name === count - 1 ? forge : undefined,
        gone: false,
      };
    });
    for (const peer of this.peers)
      this.happen(peer, { type: 'listening', host: `10.0.0.${peer.name}`, port: 8080 });
  }

  happen(peer: Whole, event: Event): void {
    if (peer.gone) return;
    const [state, effects] = step(peer.state, event, { now: this.now, random: peer.random });
    peer.state = state;
    for (const effect of effects) this.perform(peer, effect);
    const { neighbors, passive } = state.overlay;
    const { activeView, passiveView } = state.settings;
    // Compared here, because `expect` would cost more than the step.
    if (neighbors.size > activeView || passive.size > passiveView)
      throw new Error(`${peer.name} has ${neighbors.size} neighbors and ${passive.size} reserves`);
  }

  private perform(peer: Whole, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        for (const message of peer.forge?.(effect.message) ?? [effect.message])
          for (const link of effect.links)
            this.toOther(peer, link, (to) => ({ type: 'received', link: to, message }));
        return;
      case 'sign': {
        const { ref, message } = effect;
        peer.answers.push({ type: 'signed', ref, message: { ...message, proof: proofOf(message) } });
        return;
      }
      case 'verify': {
        const { link, message } = effect;
        const ok = Buffer.compare(message.proof, proofOf(message)) === 0;
        peer.answers.push({ type: 'verified', link, message, ok });
        return;
      }
      case 'hangUp':
        this.toOther(peer, effect.link, (to) => ({
          type: 'received',
          link: to,
          message: bye(effect.bye, effect.text),
        }));
        this.toOther(peer, effect.link, (to) => ({ type: 'linkDown', link: to, reason: 'closed' }));
        peer.otherEnd.delete(effect.link);
        return;
      case 'cut':
        this.toOther(peer, effect.link, (to) => ({ type: 'linkDown', link: to, reason: 'cut' }));
        peer.otherEnd.delete(effect.link);
        return;
      case 'dial':
        peer.dials.push(effect.address);
        return;
      case 'wake':
        peer.alarms.set(effect.alarm, effect.at);
        return;
      case 'deliver':
        peer.delivered.push(nameOf(effect.message));
        return;
      case 'gap':
        for (let one = effect.first; one <= effect.last; one++)
          peer.gaps.push(gapOf(effect.origin, effect.epoch, one));
        return;
      case 'left':
        peer.gone = true;
        peer.alarms.clear();
        return;
      default:
    }
  }

  private toOther(peer: Whole, link: LinkId, event: (link: LinkId) => Event): void {
    const end = peer.otherEnd.get(link);
    end?.queue.push(event(end.link));
  }

  private connect(peer: Whole, address: string): void {
    const other = this.peers.find((one) => one.address === address && !one.gone);
    if (other === undefined) return this.happen(peer, { type: 'dialFailed', address, reason: 'refused' });
    const [here, there] = [
      { peer, link: ++peer.lastLink, queue: [] },
      { peer: other, link: ++other.lastLink, queue: [] },
    ];
    this.ends.push(here, there);
    peer.otherEnd.set(here.link, there);
    other.otherEnd.set(there.link, here);
    this.happen(other, {
      type: 'linkUp',
      link: there.link,
      remote: `10.0.0.${peer.name}:40000`,
      dialled: '',
    });
    this.happen(peer, { type: 'linkUp', link: here.link, remote: address, dialled: address });
  }

  /** All that may happen now without time passing. */
  private ready(): (() => void)[] {
    const arrivals = this.ends
      .filter(({ queue }) => queue.length > 0)
      .map(
        ({ peer, queue }) =>
          () =>
            this.happen(peer, queue.shift()!),
      );
    const dials = this.peers
      .filter((peer) => peer.dials.length > 0)
      .map((peer) => () => this.connect(peer, peer.dials.shift()!));
    const answers = this.peers
      .filter((peer) => peer.answers.length > 0)
      .map((peer) => () => this.happen(peer, peer.answers.shift()!));
    return [...arrivals, ...dials, ...answers];
  }

  private ring(peer: Whole, alarm: Alarm): void {
    this.now = Math.max(this.now, peer.alarms.get(alarm)!);
    peer.alarms.delete(alarm);
    this.happen(peer, { type: 'woken', alarm });
  }

  /** One of all that may happen, alarms included: they may ring late, and messages be slower than alarms. */
  chaos(choose: number): void {
    const alarms = this.peers.flatMap((peer) =>
      [...peer.alarms.keys()].map((alarm) => () => this.ring(peer, alarm)),
    );
    const ready = this.ready();
    // Mostly something arrives; an alarm now and then.
    const all = ready.length > 0 && choose % 8 > 0 ? ready : alarms;
    all[Math.floor(choose / 8) % Math.max(1, all.length)]?.();
  }

  /** Everything arrives. */
  drain(): void {
    let rounds = 0;
    for (let ready = this.ready(); ready.length > 0; ready = this.ready()) {
      if (++rounds > 10_000) throw new Error('they talk without end, and no time passes');
      for (const one of ready) one();
    }
  }

  /** Everything arrives, and then the next alarm rings. */
  quiet(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      this.drain();
      let [next, which, at]: [Whole | undefined, Alarm, number] = [undefined, 'links', until];
      for (const peer of this.peers)
        for (const [alarm, due] of peer.alarms) if (due < at) [next, which, at] = [peer, alarm, due];
      if (next === undefined) break;
      this.ring(next, which);
    }
    this.now = until;
  }

  /** Who lists whom, as `1>2`. */
  relations(): string[] {
    return this.here().flatMap((peer) =>
      [...peer.state.overlay.neighbors.values()].map(({ id }) => `${peer.name}>${id[0]}`),
    );
  }

  here(): Whole[] {
    return this.peers.filter(({ gone }) => !gone);
  }

  publish(peer: Whole): string {
    this.happen(peer, { type: 'publish', ref: 0, topic: '', payload: bytes('text') });
    return `${peer.name}/${peer.state.broadcast.sequence - 1}`;
  }
}

type Gossip = MessageOf<'gossip'>;

/** `origin/sequence`, and whatever is not as it was said. */
function nameOf({ origin, epoch, sequence, address, topic, payload }: Gossip): string {
  const name = `${origin[0]}/${sequence}`;
  const text = Buffer.from(payload).toString();
  const asSaid = epoch === 1 && address === `10.0.0.${origin[0]}:8080` && topic === '' && text === 'text';
  return asSaid ? name : `${name} ${epoch} ${address} ${topic} ${text}`;
}

/** Nobody but a liar speaks of an epoch that is not 1. */
const gapOf = (origin: string, epoch: number, sequence: number) =>
  `${origin[0]}/${sequence}${epoch === 1 ? '' : ` of epoch ${epoch}`}`;

/** Stands for a signature: nobody but these two lines makes one. */
const proofOf = ({ origin, epoch, sequence, address, topic, payload }: Gossip) =>
  bytes(JSON.stringify([origin, epoch, sequence, address, topic, [...payload]]).padEnd(96));

const twins = (relations: readonly string[]) =>
  relations.map((one) => one.split('>').reverse().join('>')).sort();
/** What a relay may do to a message that it passes on. */
const alterations: readonly ((message: Gossip) => Gossip)[] = [
  (message) => message,
  (message) => ({ ...message, hop: 0 }),
  (message) => ({ ...message, payload: bytes('forged') }),
  (message) => ({ ...message, topic: 'forged' }),
  (message) => ({ ...message, address: '10.9.9.9:8080' }),
  (message) => ({ ...message, sequence: message.sequence + 1 }),
  (message) => ({ ...message, sequence: 2 ** 40 }),
  (message) => ({ ...message, epoch: message.epoch + 1 }),
  (message) => ({ ...message, origin: message.origin === zero ? '1'.repeat(32) : zero }),
  (message) => ({ ...message, proof: noProof }),
  (message) => ({ ...message, proof: bytes('forged'.padEnd(96)) }),
];
const zero = '0'.repeat(32);

/** Alters what it passes on, and claims and announces more than there is. */
const forger =
  (draw: (below: number) => number) =>
  (message: Message): readonly Message[] => {
    switch (message.type) {
      case 'gossip':
        return [alterations[draw(alterations.length)]!(message)];
      case 'marks':
        return [{ ...message, marks: message.marks.map((one) => ({ ...one, high: one.high + draw(50) })) }];
      case 'ihave':
        return [{ ...message, ids: message.ids.map((one) => ({ ...one, last: one.last + draw(9) })) }];
      default:
        return [message];
    }
  };

const cluster = {
  count: fc.integer({ min: 2, max: 6 }),
  seed: fc.nat(1e6),
  view: fc.integer({ min: 2, max: 5 }),
  choices: fc.array(fc.nat(1e6), { minLength: 50, maxLength: 400, size: 'max' }),
};

function expectMutual(several: Several): void {
  const relations = several.relations();
  expect([...relations].sort()).toEqual(twins(relations));
}

/** Everyone heard everything once, or was told of a gap; what only hearsay made a gap may have come later. */
function expectAllOnce(peers: readonly Whole[], said: readonly string[]): void {
  for (const { name, delivered, gaps } of peers) {
    const others = said.filter((one) => !one.startsWith(`${name}/`));
    expect(delivered).toEqual([...new Set(delivered)]);
    expect(delivered.filter((one) => !others.includes(one))).toEqual([]);
    expect(gaps).toEqual([...new Set(gaps)]);
    expect(others.filter((one) => !delivered.includes(one) && !gaps.includes(one))).toEqual([]);
  }
}

function expectOnce(several: Several): void {
  for (const { delivered } of several.peers) expect(delivered).toEqual([...new Set(delivered)]);
}

describe('several peers, whatever overtakes whatever', () => {
  it('list each other mutually, in views of the size they may have, once all has arrived', () => {
    fc.assert(
      fc.property(fc.record(cluster), ({ count, seed, view, choices }) => {
        const several = new Several(count, seed, { activeView: view });
        for (const choice of choices) several.chaos(choice);
        several.quiet(30_000);
        expectMutual(several);
        expect(several.here().filter(({ state }) => state.overlay.neighbors.size === 0)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('deliver every message once to everyone, or report a gap, however it came', () => {
    fc.assert(
      fc.property(fc.record(cluster), ({ count, seed, view, choices }) => {
        const several = new Several(count, seed, { activeView: view });
        several.quiet(30_000);
        const said = choices.flatMap((choice) => {
          several.chaos(choice);
          return choice % 10 === 0 ? [several.publish(several.peers[(choice / 10) % count]!)] : [];
        });
        several.quiet(300_000);
        expectAllOnce(several.peers, said);
      }),
      { numRuns: 40 },
    );
  });

  it('do so when all of them sign, however late a signature is found good', () => {
    fc.assert(
      fc.property(fc.record(cluster), ({ count, seed, view, choices }) => {
        const several = new Several(count, seed, { activeView: view, sign: true });
        several.quiet(30_000);
        const said = choices.flatMap((choice) => {
          several.chaos(choice);
          return choice % 10 === 0 ? [several.publish(several.peers[(choice / 10) % count]!)] : [];
        });
        several.quiet(300_000);
        expectAllOnce(several.peers, said);
      }),
      { numRuns: 20 },
    );
  });

  it('deliver nothing but what was said, and all of that, with a relay that forges whatever it sends', () => {
    fc.assert(
      fc.property(fc.record(cluster), ({ seed, choices }) => {
        const count = 4;
        // A full mesh: who is cut off from the others by a liar hears nothing, whoever signs.
        const dice = seeded(seed);
        const forge = forger((below) => Math.floor(dice() * below));
        const several = new Several(count, seed, { activeView: count, sign: true }, forge);
        several.quiet(30_000);
        const honest = several.peers.slice(0, -1);
        const said = choices.flatMap((choice) => {
          several.chaos(choice);
          return choice % 10 === 0 ? [several.publish(honest[(choice / 10) % honest.length]!)] : [];
        });
        several.quiet(300_000);
        expectAllOnce(honest, said);
      }),
      { numRuns: 10 },
    );
  });

  it('deliver nothing twice and list nobody who is gone, when some leave in between', () => {
    fc.assert(
      fc.property(fc.record(cluster), ({ count, seed, view, choices }) => {
        const several = new Several(count, seed, { activeView: view });
        choices.forEach((choice, nr) => {
          several.chaos(choice);
          if (choice % 7 === 0) several.publish(several.peers[choice % count]!);
          // The seed stays, so that there is a way back to each other.
          if (choice % 97 === 0 && nr > 30)
            several.happen(several.peers[1 + (choice % (count - 1))]!, { type: 'leave' });
        });
        several.quiet(40_000);
        expectOnce(several);
        expectMutual(several);
      }),
      { numRuns: 40 },
    );
  });
});
