import {
  A,
  B,
  born,
  C,
  contact,
  D,
  dial,
  dialled,
  discover,
  E,
  heard,
  hello,
  met,
  neighborOf,
  overlayOnly,
  peers,
  play,
  send,
  shuffle,
  shuffleReply,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

const overlay = (scene: Omit<Play, 'through'>) => play({ ...scene, through: overlayOnly });
/** A full view, so that nobody is asked. */
const full = { settings: { activeView: 2 }, given: [born(), ...neighborOf(1, B), ...neighborOf(2, C)] };
const passive = (state: ReturnType<typeof play>) => Object.fromEntries(state.overlay.passive);

describe('a shuffle', () => {
  it('every 10 s sends a random neighbor ourselves, the neighbors and some reserves with their age', () => {
    overlay({
      ...full,
      given: [...full.given, heard(1, peers(D.address))],
      events: ' 10s w',
      effects: '10s W',
      where: {
        w: woken('shuffle'),
        W: [
          wake('shuffle', 20_000),
          send([2], shuffle(A.address, 6, contact(C.address), contact(B.address), contact(D.address, 10))),
        ],
      },
    });
  });

  it('carries three neighbors and four reserves at most', () => {
    const many = Array.from({ length: 9 }, (_, nr) => ({ ...D, id: String(nr).repeat(32) }));
    const state = overlay({
      settings: { shuffleActive: 1, shufflePassive: 2, activeView: 2 },
      given: [...full.given, heard(1, peers(...many.map((_, nr) => `10.0.1.${nr}:8080`)))],
      events: ' w',
      effects: 'W',
      where: {
        w: woken('shuffle'),
        W: [
          wake('shuffle', 10_000),
          send(
            [2],
            shuffle(A.address, 6, contact(C.address), contact('10.0.1.4:8080'), contact('10.0.1.8:8080')),
          ),
        ],
      },
    });
    expect(state.overlay.passive.size).toBe(9);
  });

  it('of a peer nobody can dial goes one hop and names no address: the neighbor answers', () => {
    overlay({
      self: { advertise: 'none' },
      given: [born(), ...neighborOf(1, B)],
      events: ' w',
      effects: 'W',
      where: {
        w: woken('shuffle'),
        W: [wake('shuffle', 10_000), send([1], shuffle('', 0, contact(B.address)))],
      },
    });
  });

  it('with nobody to send it to waits for the next time', () => {
    overlay({
      given: [born()],
      events: ' w',
      effects: 'W',
      where: { w: woken('shuffle'), W: [wake('shuffle', 10_000)] },
    });
  });

  it('comes after twice the time when no view has changed, up to a minute, and after 10 s again when one does', () => {
    const sent = send([2], shuffle(A.address, 6, contact(C.address), contact(B.address)));
    overlay({
      ...full,
      events: ' a   9999ms b 19999ms c 39999ms d 59999ms e p  w',
      effects: 'A   9999ms B 19999ms C 39999ms D 59999ms E P  W',
      where: {
        ...{ a: woken('shuffle'), A: [wake('shuffle', 10_000), sent] },
        ...{ b: woken('shuffle'), B: [wake('shuffle', 30_000), sent] },
        ...{ c: woken('shuffle'), C: [wake('shuffle', 70_000), sent] },
        ...{ d: woken('shuffle'), D: [wake('shuffle', 130_000), sent] },
        ...{ e: woken('shuffle'), E: [wake('shuffle', 190_000), sent] },
        ...{ p: heard(1, peers(D.address)), P: [wake('shuffle', 140_001)] },
        w: woken('shuffle'),
        W: [
          wake('shuffle', 140_002),
          send([2], shuffle(A.address, 6, contact(C.address), contact(B.address), contact(D.address))),
        ],
      },
    });
  });

  it('waits for the beat, each 2.5 s of the clock, while no view has changed: all are awake then anyway', () => {
    const sent = send([2], shuffle(A.address, 6, contact(C.address), contact(B.address)));
    overlay({
      ...full,
      events: ' 100ms a b',
      effects: '100ms A B',
      where: {
        ...{ a: woken('shuffle'), A: [wake('shuffle', 10_100), sent] },
        ...{ b: woken('shuffle'), B: [wake('shuffle', 22_500), sent] },
      },
    });
  });

  it('comes no more often than it is told to, though that is rarer than once a minute', () => {
    overlay({
      given: [born()],
      settings: { shuffleEvery: 300_000 },
      events: ' w',
      effects: 'W',
      where: { w: woken('shuffle'), W: [wake('shuffle', 300_000)] },
    });
  });

  it('is when reserves that nobody has spoken with for two minutes are forgotten', () => {
    const state = overlay({
      ...full,
      given: [...full.given, heard(1, shuffleReply(contact(D.address, 60), contact(E.address, 59)))],
      events: ' 1m w',
      effects: '1m W',
      where: {
        w: woken('shuffle'),
        W: [
          wake('shuffle', 70_000),
          send([2], shuffle(A.address, 6, contact(C.address), contact(B.address), contact(E.address, 119))),
        ],
      },
    });
    expect(passive(state)).toEqual({ [E.address]: -59_000 });
  });
});

describe('a SHUFFLE', () => {
  const theirs = [contact(E.address, 5)];

  it.each([
    [6, 5],
    [1, 0],
    [99, 5],
  ])('with %i hops left walks on to somebody else with %i, as it came', (ttl, left) => {
    const state = overlay({
      ...full,
      events: ' s',
      effects: 'S',
      where: {
        s: heard(1, shuffle(D.address, ttl, ...theirs)),
        S: [send([2], shuffle(D.address, left, ...theirs))],
      },
    });
    expect(passive(state)).toEqual({});
  });

  it('ends with as many of our reserves for theirs, over a link of its own', () => {
    const state = overlay({
      ...full,
      given: [...full.given, heard(1, peers('10.0.1.1:1', '10.0.1.2:2'))],
      events: ' s-u-h',
      effects: 'S-.-H',
      where: {
        s: heard(1, shuffle(D.address, 0, ...theirs)),
        u: dialled(3, D.address),
        h: hello(3, D),
        S: [dial(D.address)],
        H: [send([3], shuffleReply(contact('10.0.1.2:2'))), wake('idle', 1004), wake('idle', 1004)],
      },
    });
    expect(passive(state)).toEqual({
      '10.0.1.1:1': 0,
      '10.0.1.2:2': 0,
      [D.address]: 0,
      [E.address]: -5000,
    });
  });

  it('ends over the link there is to the one who sent it', () => {
    overlay({
      ...full,
      given: [...full.given, ...met(3, D)],
      events: ' s',
      effects: 'S',
      where: { s: heard(1, shuffle(D.address, 0, ...theirs)), S: [send([3], shuffleReply())] },
    });
  });

  it('without an address is answered at once, over the link it came by', () => {
    overlay({
      ...full,
      events: ' s',
      effects: 'S',
      where: { s: heard(1, shuffle('', 6, ...theirs)), S: [send([1], shuffleReply())] },
    });
  });

  it('ends early where there is nobody else to go to', () => {
    overlay({
      settings: { activeView: 1 },
      given: [born(), ...neighborOf(1, B)],
      events: ' s',
      effects: 'S',
      where: { s: heard(1, shuffle(B.address, 6, ...theirs)), S: [send([1], shuffleReply())] },
    });
  });
});

describe('a SHUFFLEREPLY', () => {
  it('fills the reserve with what is not too old, and no peer that is known better', () => {
    const state = overlay({
      ...full,
      events: ' r',
      effects: 'R',
      where: {
        r: heard(
          1,
          shuffleReply(
            contact(D.address, 119),
            contact(E.address, 120),
            contact(A.address),
            contact(B.address),
            contact(''),
          ),
        ),
        R: [],
      },
    });
    expect(passive(state)).toEqual({ [D.address]: -119_000 });
  });

  it('makes a reserve younger, never older', () => {
    const state = overlay({
      ...full,
      given: [...full.given, heard(1, shuffleReply(contact(D.address, 50), contact(E.address, 50)))],
      events: ' r',
      effects: 'R',
      where: { r: heard(1, shuffleReply(contact(D.address, 60), contact(E.address, 40))), R: [] },
    });
    expect(passive(state)).toEqual({ [D.address]: -50_000, [E.address]: -40_000 });
  });

  it('is what new neighbors are asked from, when there is room', () => {
    overlay({
      given: [born(), ...neighborOf(1, B)],
      events: ' r',
      effects: 'R',
      where: { r: heard(1, shuffleReply(contact(C.address, 3))), R: [dial(C.address)] },
    });
  });
});

describe('a reserve that is full', () => {
  it('first lets go what was just sent away, then anyone', () => {
    const settings = { activeView: 2, passiveView: 2 };
    const given = [...full.given, heard(1, peers('10.0.1.1:1', '10.0.1.2:2'))];
    const state = overlay({
      settings,
      given: [...given, ...met(3, D)],
      // One place of theirs for one of ours: 10.0.1.2, say the dice. D itself takes its place, E any.
      events: ' s',
      effects: 'S',
      where: {
        s: heard(1, shuffle(D.address, 0, contact(E.address))),
        S: [send([3], shuffleReply(contact('10.0.1.2:2')))],
      },
    });
    expect(Object.keys(passive(state))).toEqual(['10.0.1.1:1', E.address]);
  });
});

describe('the question for other peers (DISCOVER)', () => {
  it('is answered with the neighbors and the reserves, but never the asker and no one undialable', () => {
    overlay({
      given: [
        born(),
        ...neighborOf(1, B),
        ...neighborOf(2, C),
        ...neighborOf(3, { ...D, address: '' }),
        heard(1, peers(E.address)),
      ],
      events: ' d',
      effects: 'D',
      where: { d: heard(1, discover), D: [send([1], peers(C.address, E.address))] },
    });
  });

  it('is answered with nothing by who knows nobody', () => {
    overlay({
      given: [born(), ...met(1, B)],
      events: ' d',
      effects: 'D',
      where: { d: heard(1, discover), D: [send([1], peers())] },
    });
  });

  it('is answered with as many as one may say', () => {
    overlay({
      settings: { discoverLimit: 2 },
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C), ...neighborOf(3, D), ...neighborOf(4, E)],
      events: ' d',
      effects: 'D',
      where: { d: heard(1, discover), D: [send([1], peers(D.address, E.address))] },
    });
  });

  it('of which as many are believed', () => {
    const state = overlay({
      settings: { discoverLimit: 2, activeView: 1 },
      given: [born(), ...neighborOf(1, B)],
      events: ' p',
      effects: 'P',
      where: { p: heard(1, peers('10.0.1.1:1', '10.0.1.2:2', '10.0.1.3:3')), P: [] },
    });
    expect(Object.keys(passive(state))).toEqual(['10.0.1.1:1', '10.0.1.2:2']);
  });
});
