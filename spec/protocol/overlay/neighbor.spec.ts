import type { Event } from '../../../lib/protocol/events.ts';
import { misbehaved } from '../../../lib/protocol/links/conduct.ts';
import { overlayLayer } from '../../../lib/protocol/overlay/layer.ts';
import {
  B,
  born,
  bye,
  C,
  D,
  dial,
  dialFailed,
  dialled,
  disconnect,
  discover,
  down,
  E,
  forwardJoin,
  heard,
  hello,
  log,
  met,
  neighbor,
  neighborDown,
  neighborOf,
  neighborReply,
  neighborUp,
  overlayOnly,
  peers,
  ping,
  play,
  release,
  send,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';
import { stepping } from '../../support/stepping.ts';

const overlay = (scene: Omit<Play, 'through'>) => play({ ...scene, through: overlayOnly });
const yes = neighborReply(true);
const no = neighborReply(false);

describe('a NEIGHBOR question', () => {
  it('of low priority is accepted while there is room', () => {
    overlay({
      given: [born(), ...neighborOf(1, B), ...met(2, C)],
      events: ' n',
      effects: 'N',
      where: {
        n: heard(2, neighbor(false)),
        N: [neighborUp(2, C), send([2], yes), send([2], discover)],
      },
    });
  });

  it('of low priority is declined by a full view', () => {
    overlay({
      settings: { activeView: 1 },
      given: [born(), ...neighborOf(1, B), ...met(2, C)],
      events: ' n',
      effects: 'N',
      where: { n: heard(2, neighbor(false)), N: [send([2], no)] },
    });
  });

  it('of high priority is accepted by a full view, and somebody makes room', () => {
    overlay({
      settings: { activeView: 1 },
      given: [born(), ...neighborOf(1, B), ...met(2, C)],
      events: ' n',
      effects: 'N',
      where: {
        n: heard(2, neighbor(true)),
        N: [
          send([1], forwardJoin(C.address, 0)),
          send([1], disconnect),
          neighborDown(1, B, 'made room for another'),
          neighborUp(2, C),
          send([2], yes),
          send([2], discover),
        ],
      },
    });
  });

  it.each([true, false])('of a neighbor is answered with yes, full or not (high: %p)', (high) => {
    overlay({
      settings: { activeView: 1 },
      given: [born(), ...neighborOf(1, B)],
      events: ' n',
      effects: 'N',
      where: { n: heard(1, neighbor(high)), N: [send([1], yes)] },
    });
  });
});

describe('a new neighbor', () => {
  const reserves = (count: number) =>
    peers(...Array.from({ length: count }, (_, nr) => `10.0.1.${nr + 1}:1`));
  const asked = (...given: Event[]) => {
    const state = overlay({
      given: [born(), ...neighborOf(1, B), ...given],
      events: ' -',
      effects: '-',
      where: {},
    });
    const [, out] = overlayLayer(state, heard(9, neighbor(true)), { now: 0, random: () => 0.5 });
    return out.some((one) => one.type === 'send' && one.message.type === 'discover');
  };

  it('is asked whom it knows by who has few reserves, or lost a neighbor and must doubt them', () => {
    const newcomer = met(9, C);
    expect(asked(heard(1, reserves(14)), ...newcomer)).toBe(true);
    expect(asked(heard(1, reserves(15)), ...newcomer)).toBe(false);
    expect(asked(heard(1, reserves(15)), ...neighborOf(2, D), down(2), ...newcomer)).toBe(true);
  });
});

/** C is asked, on link 2, by a peer that has the neighbor B. */
const asking: Event[] = [
  born(),
  ...neighborOf(1, B),
  heard(1, peers(C.address)),
  dialled(2, C.address),
  hello(2, C),
];

describe('a candidate', () => {
  it('is dialled, asked with low priority by who has a neighbor, and counts when it said yes', () => {
    overlay({
      given: [born(), ...neighborOf(1, B)],
      events: ' p-u-h-y',
      effects: 'P-.-H-Y',
      where: {
        p: heard(1, peers(C.address)),
        u: dialled(2, C.address),
        h: hello(2, C),
        y: heard(2, yes),
        P: [dial(C.address)],
        H: [wake('idle', 2004), send([2], neighbor(false)), wake('idle', 1004)],
        Y: [neighborUp(2, C), send([2], discover)],
      },
    });
  });

  it('that says yes when the view is full by now is told DISCONNECT, and stays in reserve', () => {
    const state = overlay({
      settings: { activeView: 2 },
      given: [...asking, ...neighborOf(3, D)],
      events: ' y',
      effects: 'Y',
      where: { y: heard(2, yes), Y: [wake('idle', 1000), send([2], disconnect)] },
    });
    expect([[...state.overlay.neighbors.keys()], [...state.overlay.passive.keys()]]).toEqual([
      [1, 3],
      [C.address],
    ]);
  });

  it('that says yes to who had nobody is kept to, though the view is full by now', () => {
    overlay({
      settings: { activeView: 1, seeds: [C.address] },
      given: [born(), dialled(1, C.address), hello(1, C), ...neighborOf(2, B)],
      events: ' y',
      effects: 'Y',
      where: {
        y: heard(1, yes),
        Y: [
          send([2], forwardJoin(C.address, 0)),
          send([2], disconnect),
          neighborDown(2, B, 'made room for another'),
          neighborUp(1, C),
          send([1], discover),
        ],
      },
    });
  });

  it('that says yes before it was asked is taken while there is room', () => {
    overlay({
      given: [born(), ...met(1, B)],
      events: ' y',
      effects: 'Y',
      where: { y: heard(1, yes), Y: [neighborUp(1, B), send([1], discover), wake('probe', 10_000)] },
    });
  });

  it('that says no is followed by the next one', () => {
    overlay({
      settings: { activeView: 2 },
      given: [
        born(),
        ...neighborOf(1, B),
        // One place, two candidates: the dice say D.
        heard(1, peers(C.address, D.address)),
        dialled(2, D.address),
        hello(2, D),
      ],
      events: ' n',
      effects: 'N',
      where: { n: heard(2, no), N: [wake('idle', 1000), dial(C.address)] },
    });
  });

  it('that cannot be reached is forgotten, and followed by the next one', () => {
    const state = overlay({
      settings: { activeView: 2 },
      given: [born(), ...neighborOf(1, B), heard(1, peers(C.address, D.address))],
      events: ' f',
      effects: 'F',
      where: {
        f: dialFailed(D.address),
        F: [log('debug', `no link to ${D.address}: connection refused`), dial(C.address)],
      },
    });
    expect([...state.overlay.passive.keys()]).toEqual([C.address]);
  });

  it('is asked again when all said no, after 1 s, 2 s, 4 s, 8 s, and then every 10 s', () => {
    const again = (at: number) => [wake('idle', at + 2000), send([2], neighbor(false))];
    const declined = (now: number, at: number) => [wake('idle', now + 1000), wake('refill', at)];
    overlay({
      settings: { activeView: 3 },
      given: [...asking, ...neighborOf(3, D)],
      events: ' n 999ms r n 2s r n 4s r n 8s r n 10s r n',
      effects: 'N 999ms R A 2s S B 4s T D 8s U E 10s V F',
      where: {
        n: heard(2, no),
        r: woken('refill'),
        N: declined(0, 1000),
        R: again(1000),
        A: declined(1001, 3001),
        S: again(3002),
        B: declined(3003, 7003),
        T: again(7004),
        D: declined(7005, 15_005),
        U: again(15_006),
        E: declined(15_007, 25_007),
        V: again(25_008),
        F: declined(25_009, 35_009),
      },
    });
  });

  it('that said no is asked again so that it cannot, when we have no more than half of our neighbors', () => {
    overlay({
      given: asking,
      events: ' n 999ms r',
      effects: 'N 999ms R',
      where: {
        n: heard(2, no),
        r: woken('refill'),
        N: [wake('idle', 1000), wake('refill', 1000)],
        R: [wake('idle', 3000), send([2], neighbor(true))],
      },
    });
  });

  it('is asked by a newcomer only when its walks had time to end', () => {
    overlay({
      settings: { activeView: 2, seeds: [B.address] },
      given: [born(), dialled(1, B.address), hello(1, B)],
      events: ' yp 997ms r',
      effects: 'Y. 997ms R',
      where: {
        y: heard(1, yes),
        p: heard(1, peers(C.address, D.address)),
        r: woken('refill'),
        Y: [neighborUp(1, B), send([1], discover), wake('probe', 10_000)],
        R: [dial(D.address)],
      },
    });
  });

  it('is asked by a newcomer at once where all are few enough to be neighbors', () => {
    overlay({
      settings: { activeView: 2, seeds: [B.address] },
      given: [born(), dialled(1, B.address), hello(1, B), heard(1, yes)],
      events: ' p',
      effects: 'P',
      where: { p: heard(1, peers(C.address)), P: [dial(C.address)] },
    });
  });

  const full = { ...B, id: 'f'.repeat(32), address: '10.0.0.6:8080' };
  /** B is a neighbor, C, D, E and another are candidates with a link; the dice ask E first. */
  const oneByOne = {
    settings: { activeView: 2 },
    given: [
      born(),
      ...neighborOf(1, B),
      ...met(2, C),
      ...met(3, D),
      ...met(4, E),
      ...met(5, full),
      heard(1, peers(C.address, D.address, E.address, full.address)),
    ],
  };

  it('is left in peace for a while when three others said no', () => {
    const next = (link: number) => [wake('idle', 1000), wake('idle', 2000), send([link], neighbor(false))];
    overlay({
      ...oneByOne,
      events: ' (nmo)',
      effects: '(NMO)',
      where: {
        n: heard(4, no),
        m: heard(3, no),
        o: heard(5, no),
        N: next(3),
        M: next(5),
        O: [wake('idle', 1000), wake('refill', 1000)],
      },
    });
  });

  it('is asked at once when a neighbor is lost, whoever said no before', () => {
    overlay({
      ...oneByOne,
      settings: { activeView: 3 },
      given: [...oneByOne.given, ...[4, 3, 5, 2].map((link) => heard(link, no))],
      events: ' d',
      effects: 'D',
      where: {
        d: down(1),
        D: [
          neighborDown(1, B, 'closed by the other end'),
          wake('probe', 0),
          ...[4, 3, 5].flatMap((link) => [wake('idle', 2000), send([link], neighbor(true))]),
          wake('probe', 0),
        ],
      },
    });
  });

  it.each([
    [2, 1, 1],
    [2, 3, 1],
    [5, 3, 3],
    [5, 30, 4],
  ])(
    'a place is asked: a view of %i with one neighbor and %i candidates dials %i',
    (activeView, many, most) => {
      const addresses = Array.from({ length: many }, (_, nr) => `10.0.1.${nr + 1}:8080`);
      const state = overlay({
        settings: { activeView },
        given: [born(), ...neighborOf(1, B), heard(1, peers(...addresses))],
        events: ' --',
        effects: '--',
        where: {},
      });
      expect(state.overlay.dials.size).toBe(most);
      for (const address of state.overlay.dials.keys()) expect(addresses).toContain(address);
    },
  );
});

describe('a DISCONNECT', () => {
  it('ends the neighborhood, not the link, and the other is asked again only after a while', () => {
    const state = overlay({
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C)],
      events: ' d',
      effects: 'D',
      where: {
        d: heard(1, disconnect),
        D: [neighborDown(1, B, 'it made room for another'), wake('refill', 1000)],
      },
    });
    expect([[...state.links.keys()], [...state.overlay.passive.keys()]]).toEqual([[1, 2], [B.address]]);
  });

  it('makes way for the next candidate at once', () => {
    overlay({
      settings: { activeView: 1 },
      given: [born(), ...neighborOf(1, B), heard(1, peers(C.address))],
      events: ' d',
      effects: 'D',
      where: {
        d: heard(1, disconnect),
        D: [neighborDown(1, B, 'it made room for another'), dial(C.address), wake('probe', 0)],
      },
    });
  });

  it('from who is no neighbor ends what it was asked', () => {
    const state = overlay({
      given: asking,
      events: ' d',
      effects: 'D',
      where: { d: heard(2, disconnect), D: [wake('refill', 1000)] },
    });
    expect([[...state.overlay.asked.keys()], [...state.overlay.neighbors.keys()]]).toEqual([[], [1]]);
  });
});

describe('a neighbor whose link ends', () => {
  it('is replaced at once from the reserve', () => {
    overlay({
      settings: { activeView: 2 },
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, peers(D.address, E.address))],
      events: ' d',
      effects: 'D',
      where: {
        d: down(1),
        D: [neighborDown(1, B, 'closed by the other end'), wake('probe', 1000), dial(E.address)],
      },
    });
  });
});

/** We asked C (a FORWARDJOIN ended here), C asked us before it answered, and then had to make room for E. */
const sentAway: Event[] = [
  born(),
  ...neighborOf(1, B),
  heard(1, forwardJoin(C.address, 0)),
  dialled(2, C.address),
  hello(2, C),
  heard(2, neighbor(true)),
  ...neighborOf(3, E),
];

describe('a neighbor that was sent away', () => {
  it('is not taken back by the answer it gave before it knew', () => {
    overlay({
      settings: { activeView: 1 },
      given: sentAway,
      events: ' r',
      effects: '.',
      where: { r: heard(2, yes) },
    });
  });

  it('is asked anew where there is room', () => {
    const state = overlay({
      settings: { activeView: 2 },
      given: [...sentAway, down(3)],
      events: ' r',
      effects: 'R',
      where: { r: heard(2, yes), R: [wake('idle', 2000), send([2], neighbor(false))] },
    });
    expect([...state.overlay.neighbors.keys()]).toEqual([1]);
  });
});

describe('a neighbor that ends the link with a BYE', () => {
  it('is not looked for as one that failed: it said goodbye', () => {
    const { overlay: after } = overlay({
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, E), heard(1, bye('done'))],
      events: '',
      effects: '',
      where: {},
    });
    expect([...after.lost.keys()]).toEqual([]);
  });
});

describe('a link that is nobody’s neighbor', () => {
  it('is closed after a second by who dialled it', () => {
    overlay({
      given: [dialled(1, B.address), hello(1, B)],
      events: ' 999ms - - -|',
      effects: '999ms - R -|',
      where: { R: [release(1)] },
      alarmsRing: true,
    });
  });

  it('is left open while something comes over it, for ten seconds at most: it may still be sent much as who made room', () => {
    const closedAt = (usedUntil: number) => {
      const peer = stepping();
      peer.at(0, born(), dialled(1, B.address), hello(1, B));
      for (let at = 300; at < 20_000; at += 100) {
        const events = at < usedUntil ? [heard(1, ping(1)), woken('idle')] : [woken('idle')];
        if (peer.at(at, ...events).some(({ type }) => type === 'hangUp')) return at;
      }
      return Infinity;
    };
    expect([0, 1000, 3000, Infinity].map(closedAt)).toEqual([1000, 1400, 3400, 10_000]);
  });

  it('is closed after three by the other, should that be forgotten', () => {
    overlay({
      given: met(1, B),
      events: ' 999ms - - 1998ms -  - -|',
      effects: '999ms - W 1998ms - R -|',
      where: { W: [wake('idle', 3000)], R: [release(1)] },
      alarmsRing: true,
    });
  });

  it('is closed a second after a question that nobody answered within 2 s, and the candidate is none any more', () => {
    overlay({
      given: asking,
      events: ' 3005ms |',
      effects: '500ms P 499ms W 999ms X 999ms (RF)-|',
      where: {
        // The probe was due at 500 ms while there was no neighbor.
        P: [wake('probe', 10_000)],
        // The alarm of the link's own second rings first.
        W: [wake('idle', 2000)],
        X: [misbehaved(2, 'unanswered'), wake('idle', 3000), wake('refill', 3000), wake('idle', 3000)],
        R: [release(2), wake('refill', 5000)],
        F: [],
      },
      alarmsRing: true,
    });
  });

  it('is left open when it became a neighbor’s', () => {
    overlay({
      given: neighborOf(1, B),
      events: ' 5s |',
      effects: '1s . 3999ms |',
      where: {},
      alarmsRing: true,
    });
  });
});
