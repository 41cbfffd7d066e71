import type { Event } from '../../../lib/protocol/events.ts';
import type { PeerState } from '../../../lib/protocol/state.ts';
import { step } from '../../../lib/protocol/step.ts';
import {
  born,
  contact,
  fixed,
  forwardJoin,
  heard,
  hello,
  peers,
  peerState,
  shuffle,
  shuffleReply,
  up,
  B,
  woken,
  met,
  dialled,
} from '../../support/marbles.ts';

/** All that the peer dialled, and how it was left. */
function after(given: readonly Event[], settings = {}, from: PeerState = peerState(settings), now = 0) {
  let state = from;
  const dials: string[] = [];
  const ended: unknown[] = [];
  for (const event of given) {
    const [next, effects] = step(state, event, { now, random: fixed() });
    state = next;
    for (const one of effects) {
      if (one.type === 'dial') dials.push(one.address);
      if (one.type === 'hangUp') ended.push(one);
    }
  }
  return { state, dials, ended };
}

const bad = ['127.0.0.1:22', 'localhost:22', '[::1]:22', '169.254.169.254:80', '0.0.0.0:80', '2130706433:80'];

describe('an address that a stranger tells', () => {
  it.each([
    ['in PEERS', [peers(...bad)]],
    ['in a FORWARDJOIN that ends here', bad.map((address) => forwardJoin(address, 0))],
    ['as the sender of a SHUFFLE', bad.map((address) => shuffle(address, 0))],
    ['in a SHUFFLE', [shuffle('', 0, ...bad.map((address) => contact(address)))]],
    ['in a SHUFFLEREPLY', [shuffleReply(...bad.map((address) => contact(address)))]],
  ])('is not dialled nor passed on when it is our own machine or wire, or nobody: %s', (_, messages) => {
    const { state, dials } = after([born(), ...met(1, B), ...messages.map((message) => heard(1, message))]);
    expect(dials).toEqual([]);
    expect([...state.overlay.passive.keys()]).toEqual([]);
    expect(state.counters.badTargets).toBe(bad.length);
  });

  it('may be of our own machine when the teller is there too, or when an option says so', () => {
    const [address = ''] = bad;
    const local = [born('127.0.0.1'), up(1, '127.0.0.1:40001'), hello(1, { ...B, address: '' })];
    expect(after([...local, heard(1, peers(address))]).dials).toEqual([address]);
    expect(after([born(), ...met(1, B), heard(1, peers(address))], { dialLocal: 1 }).dials).toEqual([
      address,
    ]);
  });

  it('is nobody’s when it is its own and means our machine: the peer counts as one that can’t be dialled', () => {
    const { state } = after([born(), up(1), hello(1, { ...B, address: '127.0.0.1:22' })]);
    expect(state.links.get(1)?.peer?.address).toBe('');
    expect(state.counters.badTargets).toBe(1);
  });
});

describe('what others say makes a peer dial', () => {
  const target = (i: number) => `10.1.${i >> 8}.${i & 255}:80`;
  const walks = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => heard(1, forwardJoin(target(from + i), 0)));

  it('a hundred times at once, then 20 times a second', () => {
    const first = after([born(), ...met(1, B), ...walks(0, 1000)]);
    expect(first.dials).toHaveLength(100);
    const later = after(walks(1000, 1000), {}, first.state, 1000);
    expect(later.dials).toHaveLength(20);
    expect(later.state.counters.dialsPutOff).toBe(900 + 980);
  });

  it('without using up the dials with which it looks for neighbors itself', () => {
    const { dials } = after([born(), ...met(1, B), ...walks(0, 1000), heard(1, peers(target(2000)))]);
    expect(dials.slice(0, 100)).not.toContain(target(2000));
    const free = after([born(), ...met(1, B), heard(1, peers(target(2000)))]);
    expect(free.dials).toEqual([target(2000)]);
  });
});

describe('a candidate that says hello and does not answer NEIGHBOR', () => {
  it('is no candidate any more; when others go on recommending it, it is tried again later each time', () => {
    let { state } = after([born(), ...met(9, { ...B, id: '9'.repeat(32), address: '' })]);
    let now = 0;
    const dialledAt: number[] = [];
    const happen = (...events: Event[]) => {
      const turn = after(events, {}, state, now);
      state = turn.state;
      for (const address of turn.dials) {
        if (address === B.address) dialledAt.push(now);
        const link = 10 + dialledAt.length;
        happen(dialled(link, address), hello(link, B));
      }
    };
    // The alarms that matter, every half second: who asks too early is told so.
    for (; now < 60_000; now += 500) happen(heard(9, peers(B.address)), woken('idle'), woken('links'));
    expect(dialledAt).toHaveLength(1);
    now += 1;
    happen(woken('refill'));
    expect(dialledAt).toEqual([0, 60_001]);
    expect(state.counters.unanswered).toBe(1);
  });
});
