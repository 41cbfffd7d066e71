import type { Event } from '../../../lib/protocol/events.ts';
import { keep, type Micro } from './micro.ts';
import { anIhave, burstOf, gossips, received, somebody } from './traffic.ts';

/** The whole `step` of a peer with seven neighbors, event by event: routing, its layer, its effects. */

const count = 1024;
/** Messages that come together, or are sent in one turn. */
const together = 128;
const payload = 256;
const everybody = [1, 3, 4, 5, 6, 7, 8];
const messages = gossips(count, payload);
const bursts = Array.from({ length: count / together }, (_, nr) =>
  burstOf(messages.slice(nr * together, (nr + 1) * together)),
);
const ihave = anIhave(100);

export const reducers: readonly Micro[] = [
  step('gossip, delivered', () => ({ events: messages.map((message) => received(1, message)) })),
  step('gossip, a duplicate', () => ({
    before: messages.map((message) => received(1, message)),
    events: messages.map((message) => received(3, message)),
  })),
  step('gossip, delivered, 128 together', () => ({
    before: messages.slice(0, together).map((message) => received(1, message)),
    events: bursts.slice(1).map(({ first, pieces }) => ({ type: 'burst', link: 1, first, pieces, size: 0 })),
    each: together,
  })),
  step('ihave of 100, all known', () => ({
    before: messages.map((message) => received(1, message)),
    events: Array.from({ length: count }, () => received(3, ihave)),
  })),
  step('ping', () => ({
    events: Array.from({ length: count }, (_, nonce) => received(1, { type: 'ping', nonce })),
  })),
  step('publish', () => ({
    events: messages.map((message, ref) => ({ type: 'publish', ref, topic: '', payload: message.payload })),
  })),
  step('publish, 128 together', () => ({
    events: bursts.map(({ pieces }, nr) => ({
      ...{
        type: 'publishBurst',
        ref: (nr + 1) * together,
        topic: '',
        pieces,
      },
    })),
    each: together,
  })),
];

interface Scene {
  readonly before?: readonly Event[];
  readonly events: readonly Event[];
  /** How many messages an event is of. */
  readonly each?: number;
}

function step(name: string, scene: () => Scene): Micro {
  return {
    name: `step: ${name}`,
    prepare() {
      const { before = [], events, each = 1 } = scene();
      const peer = somebody(2, everybody);
      for (const event of before) peer.does(event);
      return {
        events: events.length * each,
        run: () => {
          for (const event of events) keep(peer.does(event));
        },
      };
    },
  };
}
