import type { Event } from '../../../lib/protocol/events.ts';
import { keep, type Micro } from './micro.ts';
import { anIhave, gossips, received, somebody } from './traffic.ts';

/** The whole `step` of a peer with seven neighbors, event by event: routing, its layer, its effects. */

const count = 1000;
const payload = 256;
const everybody = [1, 3, 4, 5, 6, 7, 8];
const messages = gossips(count, payload);
const ihave = anIhave(100);

export const reducers: readonly Micro[] = [
  step('gossip, delivered', () => ({ events: messages.map((message) => received(1, message)) })),
  step('gossip, a duplicate', () => ({
    before: messages.map((message) => received(1, message)),
    events: messages.map((message) => received(3, message)),
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
];

function step(name: string, scene: () => { before?: readonly Event[]; events: readonly Event[] }): Micro {
  return {
    name: `step: ${name}`,
    prepare() {
      const { before = [], events } = scene();
      const peer = somebody(2, everybody);
      for (const event of before) peer.does(event);
      return {
        events: events.length,
        run: () => {
          for (const event of events) keep(peer.does(event));
        },
      };
    },
  };
}
