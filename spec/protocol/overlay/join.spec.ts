import {
  A,
  B,
  born,
  C,
  D,
  dial,
  dialled,
  discover,
  disconnect,
  E,
  forwardJoin,
  heard,
  hello,
  join,
  met,
  neighbor,
  neighborDown,
  neighborOf,
  neighborReply,
  neighborUp,
  overlayOnly,
  peers,
  play,
  send,
  wake,
  type Play,
} from '../../support/marbles.ts';

const overlay = (scene: Omit<Play, 'through'>) => play({ ...scene, through: overlayOnly });

describe('a newcomer’s JOIN', () => {
  it('is taken, and told so, by a peer that is alone', () => {
    overlay({
      given: [born(), ...met(1, B)],
      events: ' j',
      effects: 'J',
      where: {
        j: heard(1, join()),
        J: [neighborUp(1, B), send([1], neighborReply(true)), send([1], discover), wake('probe', 10_000)],
      },
    });
  });

  it('walks on from two random others of a view of five, six hops', () => {
    overlay({
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C), ...neighborOf(4, E), ...met(3, D)],
      events: ' j',
      effects: 'J',
      where: {
        j: heard(3, join()),
        J: [
          neighborUp(3, D),
          send([3], neighborReply(true)),
          send([2, 4], forwardJoin(D.address, 6)),
          send([3], discover),
        ],
      },
    });
  });

  it('is taken though the view is full: a random neighbor makes room, is told for whom, and stays in reserve', () => {
    const state = overlay({
      settings: { activeView: 2 },
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C), ...met(3, D)],
      events: ' j',
      effects: 'J',
      where: {
        j: heard(3, join()),
        J: [
          send([2], forwardJoin(D.address, 0)),
          send([2], disconnect),
          neighborDown(2, C, 'made room for another'),
          neighborUp(3, D),
          send([3], neighborReply(true)),
          send([1], forwardJoin(D.address, 6)),
          send([3], discover),
        ],
      },
    });
    expect([[...state.overlay.neighbors.keys()], [...state.overlay.passive.keys()]]).toEqual([
      [1, 3],
      [C.address],
    ]);
  });

  it('walks nowhere when nobody can dial the newcomer', () => {
    const nobody = { ...D, address: '' };
    overlay({
      given: [born(), ...neighborOf(1, B), ...met(3, nobody)],
      events: ' j',
      effects: 'J',
      where: {
        j: heard(3, join()),
        J: [
          neighborUp(3, { ...nobody, address: '10.0.0.4:40003' }),
          send([3], neighborReply(true)),
          send([3], discover),
        ],
      },
    });
  });

  it('said again by a neighbor is answered again, and nobody comes or goes', () => {
    overlay({
      given: [born(), ...neighborOf(1, B)],
      events: ' j',
      effects: 'J',
      where: { j: heard(1, join()), J: [send([1], neighborReply(true))] },
    });
  });
});

describe('the JOIN of a peer that probes', () => {
  const full = { settings: { activeView: 1 }, given: [born(), ...neighborOf(1, B)] };

  it('is taken while there is room, and walks nowhere: one link is all it is for', () => {
    overlay({
      given: [born(), ...neighborOf(1, B), ...met(2, C)],
      events: ' p',
      effects: 'P',
      where: {
        p: heard(2, join(true)),
        P: [neighborUp(2, C), send([2], neighborReply(true)), send([2], discover)],
      },
    });
  });

  it('is taken once in 10 s by a full view; in between others are named, and it is declined', () => {
    const taken = (link: number, who: typeof C, instead: number, whom: typeof C) => [
      send([instead], forwardJoin(who.address, 0)),
      send([instead], disconnect),
      neighborDown(instead, whom, 'made room for another'),
      neighborUp(link, who),
      send([link], neighborReply(true)),
      send([link], discover),
    ];
    overlay({
      ...full,
      given: [...full.given, ...met(2, C), ...met(3, D), ...met(4, E)],
      events: ' p 9998ms q r',
      effects: 'P 9998ms Q R',
      where: {
        p: heard(2, join(true)),
        q: heard(3, join(true)),
        r: heard(4, join(true)),
        P: taken(2, C, 1, B),
        Q: [send([3], peers(C.address, B.address)), send([3], neighborReply(false)), wake('idle', 10_999)],
        R: taken(4, E, 2, C),
      },
    });
  });

  it('is not declined by one who lists it already', () => {
    overlay({
      ...full,
      events: ' pq',
      effects: 'PP',
      where: { p: heard(1, join(true)), q: heard(1, join(true)), P: [send([1], neighborReply(true))] },
    });
  });
});

describe('the walk of a newcomer (FORWARDJOIN)', () => {
  const two = { given: [born(), ...neighborOf(1, B), ...neighborOf(2, C)] };

  it.each([
    [6, 5],
    [1, 0],
    // Whoever sends it: a walk is never longer than ours.
    [99, 5],
  ])('with %i hops left goes on to somebody else with %i', (ttl, left) => {
    const state = overlay({
      ...two,
      events: ' f',
      effects: 'F',
      where: { f: heard(1, forwardJoin(D.address, ttl)), F: [send([2], forwardJoin(D.address, left))] },
    });
    expect([...state.overlay.passive.keys()]).toEqual([]);
  });

  it('leaves a reserve three hops before its end', () => {
    const state = overlay({
      ...two,
      events: ' f',
      effects: 'F',
      where: { f: heard(1, forwardJoin(D.address, 3)), F: [send([2], forwardJoin(D.address, 2))] },
    });
    expect([...state.overlay.passive]).toEqual([[D.address, 0]]);
  });

  it('ends with a NEIGHBOR that the newcomer may decline, should it be full by now', () => {
    overlay({
      ...two,
      events: ' f-u-h',
      effects: 'F-.-H',
      where: {
        f: heard(1, forwardJoin(D.address, 0)),
        u: dialled(3, D.address),
        h: hello(3, D),
        F: [dial(D.address)],
        H: [wake('idle', 2004), send([3], neighbor(false)), wake('idle', 1004)],
      },
    });
  });

  it('ends with a new link in the place of an old one: whoever makes room is told of the newcomer too', () => {
    overlay({
      settings: { activeView: 2 },
      given: [
        born(),
        ...neighborOf(1, B),
        ...neighborOf(2, C),
        heard(1, forwardJoin(D.address, 0)),
        dialled(3, D.address),
        hello(3, D),
      ],
      events: ' y',
      effects: 'Y',
      where: {
        y: heard(3, neighborReply(true)),
        Y: [
          send([2], forwardJoin(D.address, 0)),
          send([2], disconnect),
          neighborDown(2, C, 'made room for another'),
          neighborUp(3, D),
          send([3], discover),
        ],
      },
    });
  });

  it('is followed by the neighbor that made room before it looks for anyone else', () => {
    overlay({
      settings: { activeView: 2 },
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, peers(E.address))],
      events: ' (fd)',
      effects: '(FD)',
      where: {
        f: heard(2, forwardJoin(D.address, 0)),
        d: heard(2, disconnect),
        F: [dial(D.address)],
        D: [neighborDown(2, C, 'it made room for another')],
      },
    });
  });

  it('ends early where there is nobody else to go to', () => {
    overlay({
      given: [born(), ...neighborOf(1, B)],
      events: ' f',
      effects: 'F',
      where: { f: heard(1, forwardJoin(D.address, 6)), F: [dial(D.address)] },
    });
  });

  it('ends with a question over the link there is already', () => {
    overlay({
      given: [born(), ...neighborOf(1, B), ...met(2, D)],
      events: ' f',
      effects: 'F',
      where: {
        f: heard(1, forwardJoin(D.address, 6)),
        F: [wake('idle', 2000), send([2], neighbor(false))],
      },
    });
  });

  it.each([
    ['our own', A.address],
    ['a neighbor’s', B.address],
    ['nobody’s', ''],
    ['a port without a host', ':8080'],
  ])('that ends with an address that is %s asks nobody', (_, address) => {
    overlay({
      ...two,
      events: ' f',
      effects: 'F',
      where: { f: heard(2, forwardJoin(address, 0)), F: [] },
    });
  });
});
