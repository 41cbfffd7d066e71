import type { Event } from '../../../lib/protocol/events.ts';
import { overlayLayer } from '../../../lib/protocol/overlay/layer.ts';
import {
  A,
  B,
  born,
  bye,
  C,
  D,
  dial,
  dialFailed,
  dialled,
  discover,
  down,
  fixed,
  heard,
  hello,
  join,
  log,
  metSelf,
  neighbor,
  neighborDown,
  neighborOf,
  neighborReply,
  neighborUp,
  overlayOnly,
  play,
  release,
  resolve,
  resolved,
  send,
  up,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

const overlay = (scene: Omit<Play, 'through'>) => play({ ...scene, through: overlayOnly });
const seeded = { settings: { seeds: [B.address] } };
const failed = (address: string, level: 'info' | 'debug' = 'debug') =>
  log(level, `no link to ${address}: connection refused; trying again`);

describe('a peer that is alone', () => {
  it('without seeds and without reserves just looks again', () => {
    overlay({
      events: ' b 499ms w',
      effects: 'B 499ms W',
      where: {
        b: born(),
        w: woken('probe'),
        B: [wake('shuffle', 10_000), wake('probe', 500)],
        W: [wake('probe', 1000)],
      },
    });
  });

  it('dials all its seeds at birth, and asks to join the moment a link is up', () => {
    overlay({
      settings: { seeds: [B.address, C.address] },
      events: ' b u h',
      effects: 'B . H',
      where: {
        b: born(),
        u: dialled(1, C.address),
        h: hello(1, C),
        B: [wake('shuffle', 10_000), dial(B.address), dial(C.address), wake('probe', 500)],
        H: [wake('idle', 2002), send([1], join(false)), wake('refill', 1002), wake('idle', 1002)],
      },
    });
  });

  it('dials them again, waiting twice as long each time, but never more than 30 s', () => {
    const trying = (now: number, wait: number) => [dial(B.address), wake('probe', now + wait)];
    overlay({
      ...seeded,
      events: ' b f 498ms pf 998ms pf 1998ms pf 3998ms pf 7998ms pf 15998ms pf 29998ms p',
      effects: 'B F 498ms QG 998ms RG 1998ms SG 3998ms TG 7998ms UG 15998ms VG 29998ms W',
      where: {
        b: born(),
        f: dialFailed(B.address),
        p: woken('probe'),
        B: [wake('shuffle', 10_000), ...trying(0, 500)],
        F: [failed(B.address, 'info')],
        G: [failed(B.address)],
        Q: trying(500, 1000),
        R: trying(1500, 2000),
        S: trying(3500, 4000),
        T: trying(7500, 8000),
        U: trying(15_500, 16_000),
        V: trying(31_500, 30_000),
        W: trying(61_500, 30_000),
      },
    });
  });

  it.each([
    [0, 250],
    [0.5, 500],
    [0.999, 749.5],
  ])('waits with a jitter of half the time: with the dice at %p %p ms', (die, wait) => {
    overlay({
      ...seeded,
      random: [die, die, die],
      events: ' b',
      effects: 'B',
      where: {
        b: born(),
        B: [wake('shuffle', 10_000 * (0.5 + die)), dial(B.address), wake('probe', wait)],
      },
    });
  });

  it('does not dial what is being dialled', () => {
    overlay({
      ...seeded,
      given: [born()],
      events: ' 500ms p',
      effects: '500ms P',
      where: { p: woken('probe'), P: [wake('probe', 1500)] },
    });
  });

  it('tells an operator once that a seed cannot be reached, and again after it had a neighbor', () => {
    overlay({
      ...seeded,
      given: [born()],
      events: ' f 499ms pfuhndpf',
      effects: 'F 499ms PG.HNDQF',
      where: {
        f: dialFailed(B.address),
        p: woken('probe'),
        u: up(1),
        h: hello(1, C),
        n: heard(1, neighbor(true)),
        d: heard(1, bye('leaving')),
        F: [failed(B.address, 'info')],
        G: [failed(B.address)],
        P: [dial(B.address), wake('probe', 1500)],
        H: [wake('idle', 1503)],
        N: [neighborUp(1, C), send([1], neighborReply(true)), send([1], discover), wake('probe', 10_504)],
        D: [neighborDown(1, C, 'left'), wake('probe', 505)],
        Q: [dial(B.address), wake('probe', 1006)],
      },
    });
  });

  it('goes back to its seeds at once when the last neighbor is gone, the first wait short again', () => {
    overlay({
      ...seeded,
      given: [born(), dialFailed(B.address)],
      events: ' 500ms pfuhn 100ms dp',
      effects: '500ms PF.HN 100ms DQ',
      where: {
        p: woken('probe'),
        f: dialFailed(B.address),
        u: up(1),
        h: hello(1, C),
        n: heard(1, neighbor(true)),
        d: down(1),
        P: [dial(B.address), wake('probe', 1500)],
        F: [failed(B.address)],
        H: [wake('idle', 1503)],
        N: [neighborUp(1, C), send([1], neighborReply(true)), send([1], discover), wake('probe', 10_504)],
        D: [neighborDown(1, C, 'closed by the other end'), wake('probe', 605), wake('probe', 605)],
        Q: [dial(B.address), dial(C.address), wake('probe', 1106)],
      },
    });
  });
});

describe('a seed that is a name', () => {
  const named = { settings: { seeds: ['seed.example:8080'] } };

  it('is looked up afresh at every try, and three of its addresses are dialled in random order', () => {
    const addresses = ['10.0.1.1:1', '10.0.1.2:2', '10.0.1.3:3', '10.0.1.4:4'];
    overlay({
      ...named,
      random: [0.5, 0.5, 0.9, 0.1, 0.3, 0.2, 0.5],
      events: ' b r 498ms p',
      effects: 'B R 498ms P',
      where: {
        b: born(),
        r: resolved('seed.example:8080', addresses),
        p: woken('probe'),
        B: [wake('shuffle', 10_000), resolve('seed.example:8080'), wake('probe', 500)],
        R: [dial('10.0.1.2:2'), dial('10.0.1.4:4'), dial('10.0.1.3:3')],
        P: [resolve('seed.example:8080'), wake('probe', 1500)],
      },
    });
  });

  it('that nobody knows is told once, and tried again', () => {
    const nobody = 'no address for seed.example:8080: no such host; trying again';
    overlay({
      ...named,
      given: [born()],
      events: ' r 499ms pr 998ms p',
      effects: 'R 499ms PS 998ms Q',
      where: {
        r: resolved('seed.example:8080', [], 'no such host'),
        p: woken('probe'),
        R: [log('info', nobody)],
        S: [log('debug', nobody)],
        P: [resolve('seed.example:8080'), wake('probe', 1500)],
        Q: [resolve('seed.example:8080'), wake('probe', 3500)],
      },
    });
  });

  it('that stands for ourselves too is dialled once at that address, and never again', () => {
    const state = overlay({
      ...named,
      given: [born()],
      events: ' ruhr',
      effects: 'R..S',
      where: {
        r: resolved('seed.example:8080', ['10.0.9.9:8080', B.address]),
        u: dialled(1, '10.0.9.9:8080'),
        h: hello(1, A, { serial: 1 }),
        R: [dial('10.0.9.9:8080'), dial(B.address)],
        S: [],
      },
    });
    expect([...state.overlay.own]).toEqual(['10.0.9.9:8080']);
  });

  it('whose address is our own is reached: nobody is dialled', () => {
    overlay({
      ...named,
      given: [born()],
      events: ' r',
      effects: 'R',
      where: { r: resolved('seed.example:8080', [A.address, '']), R: [] },
    });
  });
});

describe('a peer with neighbors, but no seed among them', () => {
  const given: Event[] = [born(), dialFailed(B.address), ...neighborOf(1, C)];

  it('tries one of them every 10 s as a probe', () => {
    overlay({
      ...seeded,
      given,
      events: ' 10s p u h',
      effects: '10s P . H',
      where: {
        p: woken('probe'),
        u: dialled(2, B.address),
        h: hello(2, B),
        P: [dial(B.address), wake('probe', 20_000)],
        H: [wake('idle', 12_002), send([2], join(true)), wake('idle', 11_002)],
      },
    });
  });

  it('and a full view tries one every minute', () => {
    overlay({
      settings: { ...seeded.settings, activeView: 1 },
      given,
      events: ' 60s p',
      effects: '60s P',
      where: { p: woken('probe'), P: [dial(B.address), wake('probe', 120_000)] },
    });
  });

  it('leaves the seeds in peace once one is a neighbor and the view is full', () => {
    overlay({
      settings: { seeds: [B.address, D.address], activeView: 1 },
      given: [born(), dialFailed(D.address), dialFailed(B.address), ...neighborOf(1, B)],
      events: ' 60s p',
      effects: '60s P',
      where: { p: woken('probe'), P: [wake('probe', 120_000)] },
    });
  });

  it('tries the other seeds while its view has room', () => {
    overlay({
      settings: { seeds: [B.address, D.address] },
      given: [born(), dialFailed(D.address), dialFailed(B.address), ...neighborOf(1, B)],
      events: ' 10s p',
      effects: '10s P',
      where: { p: woken('probe'), P: [dial(D.address), wake('probe', 20_000)] },
    });
  });

  it('knows a seed by the address it dialled, whatever the seed calls itself', () => {
    overlay({
      settings: { seeds: ['10.0.9.9:8080'], activeView: 1 },
      given: [born(), dialled(1, '10.0.9.9:8080'), hello(1, B), heard(1, neighborReply(true))],
      events: ' 60s p',
      effects: '60s P',
      where: { p: woken('probe'), P: [wake('probe', 120_000)] },
    });
  });
});

describe('a neighbor that went', () => {
  const two = { given: [born(), ...neighborOf(1, B), ...neighborOf(2, C)] };

  it('without a goodbye is looked for after a second, and with every probe from then on', () => {
    overlay({
      ...two,
      events: ' d 999ms pf 9998ms p',
      effects: 'D 999ms PF 9998ms Q',
      where: {
        d: down(1),
        p: woken('probe'),
        f: dialFailed(B.address),
        D: [neighborDown(1, B, 'closed by the other end'), wake('probe', 1000)],
        P: [dial(B.address), wake('probe', 11_000)],
        F: [log('debug', `no link to ${B.address}: connection refused`)],
        Q: [dial(B.address), wake('probe', 21_000)],
      },
    });
  });

  it('without a goodbye is asked so that it cannot decline, and is not lost any more when it is back', () => {
    const state = overlay({
      ...two,
      given: [...two.given, down(1)],
      events: ' 1s p u h y',
      effects: '1s P . H Y',
      where: {
        p: woken('probe'),
        u: dialled(3, B.address),
        P: [dial(B.address), wake('probe', 11_000)],
        h: hello(3, B),
        y: heard(3, neighborReply(true)),
        H: [wake('idle', 3002), send([3], neighbor(true)), wake('idle', 2002)],
        Y: [neighborUp(3, B), send([3], discover)],
      },
    });
    expect([...state.overlay.lost.keys()]).toEqual([]);
  });

  it('without a goodbye is forgotten after ten minutes', () => {
    const state = overlay({
      ...two,
      given: [...two.given, down(1)],
      events: ' 10m p',
      effects: '10m P',
      where: { p: woken('probe'), P: [wake('probe', 610_000)] },
    });
    expect([...state.overlay.lost.keys()]).toEqual([]);
  });

  it('without a goodbye does not put off the probe that is due sooner', () => {
    overlay({
      ...two,
      events: ' 9500ms d 499ms p',
      effects: '9500ms D 499ms P',
      where: {
        d: down(1),
        p: woken('probe'),
        D: [neighborDown(1, B, 'closed by the other end'), wake('probe', 10_000)],
        P: [dial(B.address), wake('probe', 20_000)],
      },
    });
  });

  it('soon after another is looked for with it', () => {
    overlay({
      given: [...two.given, ...neighborOf(3, D), down(1)],
      events: ' 500ms d',
      effects: '500ms D',
      where: {
        d: down(2),
        D: [neighborDown(2, C, 'closed by the other end'), wake('probe', 1000)],
      },
    });
  });

  it('with a goodbye is not looked for, and no reserve', () => {
    const state = overlay({
      ...two,
      events: ' d',
      effects: 'D',
      where: { d: heard(1, bye('leaving')), D: [neighborDown(1, B, 'left')] },
    });
    expect([[...state.overlay.lost.keys()], [...state.overlay.passive.keys()]]).toEqual([[], []]);
  });

  it('and that nobody can dial is not looked for', () => {
    const hidden = { ...B, address: '' };
    const state = overlay({
      given: [born(), ...neighborOf(1, hidden), ...neighborOf(2, C)],
      events: ' d',
      effects: 'D',
      where: {
        d: down(1),
        D: [neighborDown(1, { ...hidden, address: '10.0.0.2:40001' }, 'closed by the other end')],
      },
    });
    expect([...state.overlay.lost.keys()]).toEqual([]);
  });

  it('only as many are remembered as there are reserves, the latest', () => {
    const state = overlay({
      settings: { passiveView: 1 },
      given: [...two.given, ...neighborOf(3, D), down(1)],
      events: ' d',
      effects: 'D',
      where: {
        d: down(2),
        D: [neighborDown(2, C, 'closed by the other end'), wake('probe', 1000)],
      },
    });
    expect([...state.overlay.lost.keys()]).toEqual([C.address]);
  });
});

describe('a probe that is woken before it is due', () => {
  it.each<[string, Event[], number]>([
    ['alone, with a seed to dial', [born(), dialFailed(B.address)], 500],
    ['with a neighbor, and a seed to dial', [born(), dialFailed(B.address), ...neighborOf(1, C)], 10_000],
    ['with a lost neighbor to look for', [born(), ...neighborOf(1, C), ...neighborOf(2, D), down(1)], 1000],
  ])('does nothing but ask for its time again: %s', (_, given, due) => {
    const before = overlay({ ...seeded, given, events: ' -', effects: '-', where: {} });
    const early = { now: due - 1, random: fixed([]) };
    expect(overlayLayer(before, woken('probe'), early)).toEqual([before.overlay, [wake('probe', due)]]);
  });

  it('is done at its time, not later for having been woken', () => {
    overlay({
      ...seeded,
      given: [born(), dialFailed(B.address)],
      events: ' 100ms p 398ms pp',
      effects: '100ms E 398ms EP',
      where: {
        p: woken('probe'),
        E: [wake('probe', 500)],
        P: [dial(B.address), wake('probe', 1500)],
      },
    });
  });

  it('by the alarm of an earlier plan is done at its time', () => {
    overlay({
      settings: { ...seeded.settings, shuffleEvery: 60_000 },
      given: [born(), dialFailed(B.address), ...neighborOf(1, C)],
      events: ' 10001ms |',
      effects: '500ms E 499ms . 8999ms P |',
      where: {
        E: [wake('probe', 10_000)],
        P: [dial(B.address), wake('probe', 20_000)],
      },
      alarmsRing: true,
    });
  });
});

describe('a process that was replaced by another at its address', () => {
  const restarted = { ...B, id: '9'.repeat(32), epoch: 2000 };

  it('is no neighbor from the moment we reach the new one there, and its link is closed', () => {
    overlay({
      given: [born(), ...neighborOf(1, B), dialled(2, B.address)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(2, restarted),
        H: [
          neighborDown(1, B, 'replaced by a newer process'),
          release(1),
          wake('idle', 1000),
          wake('probe', 0),
        ],
      },
    });
  });
});

describe('a neighbor whose link is replaced by another to the same process', () => {
  it('keeps its place in the order, and nobody is told', () => {
    const [low, other] = [
      { ...B, id: '0'.repeat(32) },
      { ...C, id: 'f'.repeat(32) },
    ];
    const state = overlay({
      given: [born(), ...neighborOf(1, low), ...neighborOf(2, other), up(3, '10.0.0.2:40003')],
      events: ' h',
      effects: 'H',
      where: { h: hello(3, low, { serial: 7 }), H: [] },
    });
    expect([...state.overlay.neighbors].map(([link, { id }]) => [link, id])).toEqual([
      [3, low.id],
      [2, other.id],
    ]);
  });

  it('is still asked what it was asked on the link that lost', () => {
    const low = { ...B, id: '0'.repeat(32) };
    const state = overlay({
      ...seeded,
      given: [born(), ...neighborOf(5, C), dialled(1, B.address), hello(1, low), up(2)],
      events: ' h y',
      effects: 'H Y',
      where: {
        h: hello(2, low, { serial: 7 }),
        y: heard(1, neighborReply(true)),
        H: [],
        Y: [neighborUp(2, low), send([2], discover)],
      },
    });
    expect([...state.overlay.asked.keys()]).toEqual([]);
  });

  it('is asked on the link that stayed what it would have been asked on the one that lost', () => {
    const low = { ...B, id: '0'.repeat(32) };
    overlay({
      ...seeded,
      given: [born(), ...neighborOf(5, C), up(1), hello(1, low, { serial: 7 }), dialled(2, B.address)],
      events: ' h',
      effects: 'H',
      where: { h: hello(2, low), H: [wake('idle', 2000), send([1], join(false)), wake('refill', 1000)] },
    });
  });
});

describe('the overlay alone', () => {
  it('takes an address that turned out to be its own for its own', () => {
    const before = overlay({ ...seeded, given: [born()], events: ' -', effects: '-', where: {} });
    const [after, out] = overlayLayer(before, metSelf(B.address), { now: 0, random: () => 0.5 });
    expect([[...after.own], [...after.dials.keys()], out]).toEqual([[B.address], [], []]);
  });
});
