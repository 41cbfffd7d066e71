import { defaults } from '../../../lib/options.ts';
import type { Effect } from '../../../lib/protocol/effects.ts';
import type { Event, LinkId } from '../../../lib/protocol/events.ts';
import { versions, type Burst, type Message, type MessageOf } from '../../../lib/protocol/messages.ts';
import type { PeerState } from '../../../lib/protocol/state.ts';
import { step, unborn } from '../../../lib/protocol/step.ts';
import { packed } from '../../../lib/wire/pack.ts';

/**
 * Peers made by events alone, and what they say to each other: taken from the effects of the real steps, so
 * that a change of a message's shape needs no change here.
 */

const env = (now: number) => ({ now, random: () => 0.5 });
const idOf = (number: number) => String(number).padStart(32, '0');
const addressOf = (number: number) => `127.0.0.1:${9000 + number}`;

/** A peer in whose view are `neighbors` others: link 1 is that of peer 1, and so on. */
export interface Somebody {
  /** One event; what comes of it. */
  does(event: Event): readonly Effect[];
}

export function somebody(number: number, neighbors: readonly number[]): Somebody {
  const self = { id: idOf(number), epoch: 1, address: addressOf(number), advertise: '' };
  let state: PeerState = unborn(self, { ...defaults, activeView: 7 });
  let now = 0;
  const does = (event: Event) => {
    // An alarm rings when its time has come.
    if (event.type === 'woken') now += 60;
    const [next, effects] = step(state, event, env(now));
    state = next;
    return effects;
  };
  does({ type: 'listening', host: '127.0.0.1', port: 9000 + number });
  for (const other of neighbors) befriend(does, other, other);
  return { does };
}

/** The other dials, introduces itself, and asks to be a neighbor. */
function befriend(does: Somebody['does'], link: LinkId, other: number): void {
  const address = addressOf(other);
  const hello = {
    type: 'hello',
    ...versions,
    cluster: '',
    id: idOf(other),
    epoch: 1,
    address,
    serial: 1,
  } as const;
  does({ type: 'linkUp', link, remote: address, dialled: '' });
  does({ type: 'received', link, message: hello });
  const effects = does({ type: 'received', link, message: { type: 'neighbor', high: true } });
  if (!effects.some((effect) => effect.type === 'neighborUp'))
    throw new Error(`micro: peer ${other} did not become a neighbor: ${JSON.stringify(effects)}`);
}

export const received = (link: LinkId, message: Message): Event => ({ type: 'received', link, message });

/** What peer 1 says first: `count` messages, as they come to its neighbor. */
export function gossips(count: number, bytes: number): readonly MessageOf<'gossip'>[] {
  const peer = somebody(1, [2]);
  return Array.from({ length: count }, (_, ref) => {
    const effects = peer.does({ type: 'publish', ref, topic: '', payload: new Uint8Array(bytes) });
    return sentBy(effects, 'gossip')!;
  });
}

/** The same together, as they come and as they are sent. */
export const burstOf = (messages: readonly MessageOf<'gossip'>[]): Burst => ({
  first: messages[0]!,
  pieces: [packed(messages.map(({ payload }) => payload))],
});

/** What a relay of peer 1's messages announces to the neighbors that it does not push to. */
export function anIhave(count: number): MessageOf<'ihave'> {
  const relay = somebody(2, [1, 3, 4, 5, 6, 7]);
  for (const message of gossips(count, 1)) relay.does(received(1, message));
  const ihave = sentBy(relay.does({ type: 'woken', alarm: 'ihave' }), 'ihave');
  if (ihave === undefined) throw new Error('micro: the relay announced nothing');
  return ihave;
}

function sentBy<T extends Message['type']>(effects: readonly Effect[], type: T): MessageOf<T> | undefined {
  for (const effect of effects)
    if (effect.type === 'send' && effect.message.type === type) return effect.message as MessageOf<T>;
  return undefined;
}
