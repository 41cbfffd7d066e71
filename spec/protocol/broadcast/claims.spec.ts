import {
  announced,
  B,
  born,
  broadcastOnly,
  C,
  D,
  deliver,
  E,
  gap,
  gossip,
  graft,
  heard,
  ihave,
  markOf,
  marks,
  neighborOf,
  play,
  prune,
  publish,
  run,
  send,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

/** C lies. What it says of D, which B passes on, must not cost us a message of D's. */
const broadcast = (scene: Omit<Play, 'through'>) => play({ ...scene, through: broadcastOnly });

const fresh = [born(), ...neighborOf(1, B), ...neighborOf(2, C), publish('message 0')];
const two = [...fresh, heard(1, marks())];
const begun = [...two, heard(1, gossip(D, 0))];
const lie = (high: number) => heard(2, marks([markOf(D, 0, high)]));
const pull = (link: number, ...runs: ReturnType<typeof run>[]) => send([link], graft(runs, { eager: false }));
const passedOn = (sequence: number, to = 2) => send([to], gossip(D, sequence, { hop: 2 }));
const hearsay = 'nobody has what a neighbor has heard of';

describe('marks that claim what was never said', () => {
  it('are asked for and reported once, and the messages are taken when they are said', () => {
    broadcast({
      given: begun,
      events: ' -l 29999ms r g r 29999ms r',
      effects: '-L 29999ms R G . 29999ms .',
      where: {
        l: lie(3),
        r: woken('repair'),
        g: heard(1, gossip(D, 1)),
        L: [wake('repair', 30_001), wake('graft', 1), pull(2, run(D, 1, 2)), wake('graft', 151)],
        R: [gap(D, 1, 2, hearsay)],
        G: [passedOn(1), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('are asked for again when they are claimed again, and not reported again', () => {
    broadcast({
      given: [...begun, lie(3)],
      events: ' 30s r m 29999ms r',
      effects: '30s R M 29999ms .',
      where: {
        r: woken('repair'),
        m: heard(1, marks([markOf(D, 1, 3)])),
        R: [gap(D, 1, 2, hearsay)],
        M: [wake('repair', 60_001), pull(1, run(D, 1, 2)), wake('graft', 30_151)],
      },
    });
  });

  it('and turn out to be a hole, are reported only as far as they were not before', () => {
    broadcast({
      given: [...begun, lie(3)],
      events: ' 30s r g 29999ms r',
      effects: '30s R G 29999ms S',
      where: {
        r: woken('repair'),
        g: heard(1, gossip(D, 5)),
        R: [gap(D, 1, 2, hearsay)],
        G: [wake('repair', 60_001), passedOn(5), deliver(gossip(D, 5), B)],
        S: [gap(D, 3, 4, 'nobody has it any more')],
      },
    });
  });

  it('are passed on, so that those who hear of it through us know that something may be missing', () => {
    broadcast({
      given: [...begun, lie(3)],
      events: ' m',
      effects: 'M',
      where: {
        m: heard(1, marks([], { reply: true })),
        M: [
          wake('graft', 150),
          send([1], marks([{ ...markOf(D, 1), origin: 'a'.repeat(32), epoch: 1001 }, markOf(D, 1, 3)])),
        ],
      },
    });
  });

  it('are dropped and counted when nobody can have said so much', () => {
    const state = broadcast({
      settings: { sequenceJump: 100 },
      given: begun,
      events: ' l 999ms m',
      effects: '. 999ms M',
      where: {
        // 100 ids a second, and one second more.
        l: lie(103),
        m: heard(2, marks([markOf(D, 0, 202)])),
        M: [wake('repair', 31_000), wake('graft', 1000), pull(2, run(D, 1, 201)), wake('graft', 1150)],
      },
    });
    expect(state.counters.sequenceJumps).toBe(1);
  });
});

describe('a message that is further ahead than its origin can have got', () => {
  it('is dropped and counted, and the next true one is taken', () => {
    const state = broadcast({
      settings: { sequenceJump: 100 },
      given: begun,
      events: ' jg',
      effects: '.G',
      where: {
        j: heard(2, gossip(D, 102)),
        g: heard(1, gossip(D, 1)),
        G: [passedOn(1), deliver(gossip(D, 1), B)],
      },
    });
    expect(state.counters.sequenceJumps).toBe(1);
  });

  it('is none when we have not heard of the origin for so long', () => {
    broadcast({
      settings: { sequenceJump: 100 },
      given: begun,
      events: ' 1s g',
      effects: '1s G',
      where: {
        g: heard(1, gossip(D, 201)),
        G: [wake('repair', 31_000), wake('graft', 1250), passedOn(201), deliver(gossip(D, 201), B)],
      },
    });
  });

  it('is none when it is the first we hear of it', () => {
    const first = gossip(D, 2 ** 40);
    broadcast({
      settings: { sequenceJump: 100, pageSize: 1 },
      given: two,
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, first),
        G: [wake('repair', 30_000), wake('graft', 250), send([2], { ...first, hop: 2 }), deliver(first, B)],
      },
    });
  });
});

describe('history that a liar made up', () => {
  const joined = [...fresh, lie(9000)];

  it('is not believed for longer than anybody keeps a message: then what comes begins the sequence', () => {
    broadcast({
      given: joined,
      events: ' g 59999ms ghg',
      effects: '. 59999ms .H.',
      where: {
        g: heard(1, gossip(D, 6)),
        h: heard(1, gossip(D, 7)),
        H: [passedOn(7), deliver(gossip(D, 7), B)],
      },
    });
  });

  it('does not keep us from asking for what is announced from then on', () => {
    broadcast({
      given: joined,
      events: ' i 60000ms i 248ms - w',
      effects: '. 60000ms I 248ms - W',
      where: {
        i: heard(1, ihave(announced(D, 7))),
        w: woken('graft'),
        I: [wake('graft', 60_251)],
        W: [send([1], graft([run(D, 7)])), wake('graft', 60_401)],
      },
    });
  });

  it('stands once a message above it has come', () => {
    broadcast({
      given: [...joined, heard(1, gossip(D, 9000))],
      events: ' 61s g',
      effects: '61s G',
      where: { g: heard(2, gossip(D, 7)), G: [send([2], prune(D))] },
    });
  });
});

describe('origins and epochs that a liar makes up', () => {
  const epochs = [1, 2, 3, 4, 5].map((epoch) => ({ ...D, epoch }));
  const origins = ['e', 'f', '1', '2'].map((digit) => ({ ...E, id: digit.repeat(32) }));

  it('do not make us forget the epoch that speaks: nothing of it is delivered twice', () => {
    broadcast({
      given: [...begun, ...epochs.map((one) => heard(2, ihave(announced(one, 0))))],
      events: ' g',
      effects: 'G',
      where: { g: heard(2, gossip(D, 0)), G: [send([2], prune(D))] },
    });
  });

  it('make room for an epoch that speaks, before any that has spoken', () => {
    const restarted = { ...D, epoch: 2000 };
    broadcast({
      given: [...begun, ...epochs.map((one) => heard(2, ihave(announced(one, 0))))],
      events: ' r g',
      effects: 'R G',
      where: {
        r: heard(1, gossip(restarted, 0)),
        g: heard(2, gossip(D, 0)),
        R: [send([2], gossip(restarted, 0, { hop: 2 })), deliver(gossip(restarted, 0), B)],
        G: [send([2], prune(D))],
      },
    });
  });

  it('do not make us forget an origin that speaks, however many they are', () => {
    const state = broadcast({
      settings: { maxOrigins: 3 },
      given: [...begun, ...origins.map((one) => heard(2, marks([markOf(one, 0, 1)])))],
      events: ' g',
      effects: 'G',
      where: { g: heard(2, gossip(D, 0)), G: [send([2], prune(D))] },
    });
    const { byId } = state.broadcast.origins;
    // Ourselves, D, and the last that was made up.
    expect([...byId.keys()].map((id) => id[0])).toEqual(['a', 'd', '2']);
    expect([state.broadcast.due.size, state.broadcast.holed.size]).toEqual([1, 1]);
    expect(state.counters.originsOver).toBe(3);
  });

  it('are passed over when all the others have spoken; one that speaks is taken in place of the idlest', () => {
    const state = broadcast({
      settings: { maxOrigins: 2 },
      given: begun,
      events: ' m 9ms g',
      effects: '. 9ms G',
      where: {
        m: heard(2, marks([markOf(E, 0, 1)])),
        g: heard(1, gossip(E, 0)),
        G: [send([2], gossip(E, 0, { hop: 2 })), deliver(gossip(E, 0), B)],
      },
    });
    expect([...state.broadcast.origins.byId.keys()].map((id) => id[0])).toEqual(['d', 'e']);
  });
});
