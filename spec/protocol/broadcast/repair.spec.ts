import type { Event } from '../../../lib/protocol/events.ts';
import {
  A,
  B,
  born,
  broadcastOnly,
  C,
  D,
  deliver,
  down,
  E,
  gap,
  gone,
  gossip,
  graft,
  heard,
  markOf,
  marks,
  met,
  neighbor,
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

const broadcast = (scene: Omit<Play, 'through'>) => play({ ...scene, through: broadcastOnly });

const fresh = [born(), ...neighborOf(1, B), ...neighborOf(2, C)];
/** The history before our time is known (there is none). */
const two = [...fresh, heard(1, marks())];
const begun = [heard(1, gossip(D, 0))];
const pull = (link: number, ...runs: ReturnType<typeof run>[]) => send([link], graft(runs, { eager: false }));
const passedOn = (sequence: number, to = 2) => send([to], gossip(D, sequence, { hop: 2 }));

const forgotten = 'too many origins or epochs';

describe('the marks of what was seen', () => {
  it('are told to every new neighbor, and from the first one on to a random one every 10 s, on a beat', () => {
    const seen = marks([markOf(A, 1), markOf(D, 1)], { reply: true });
    broadcast({
      given: [born(), publish('message 0'), ...met(1, B), ...met(2, C)],
      events: ' n g m 9997ms w',
      effects: 'N G M 9997ms W',
      where: {
        n: heard(1, neighbor(true)),
        g: heard(1, gossip(D, 0)),
        m: heard(2, neighbor(true)),
        w: woken('marks'),
        N: [wake('marks', 10_000), send([1], marks([markOf(A, 1)]))],
        G: [deliver(gossip(D, 0), B)],
        M: [send([2], marks([markOf(A, 1), markOf(D, 1)]))],
        W: [send([2], seen), wake('marks', 20_000)],
      },
    });
  });

  it('are told in answer to marks that ask for them, and not to others', () => {
    broadcast({
      given: [...two, ...begun],
      events: ' am',
      effects: 'A.',
      where: {
        a: heard(2, marks([markOf(D, 1)], { reply: true })),
        m: heard(2, marks([markOf(D, 1)])),
        A: [send([2], marks([markOf(D, 1)]))],
      },
    });
  });

  it('are told to who asks again and again once in 2.5 s, and to others all the same', () => {
    const ask = marks([], { reply: true });
    const seen = marks([markOf(D, 1)]);
    const state = broadcast({
      given: [...two, ...begun],
      events: ' aab 2496ms aa',
      effects: 'A.B 2496ms .A',
      where: {
        a: heard(2, ask),
        b: heard(1, ask),
        A: [send([2], seen)],
        B: [send([1], seen)],
      },
    });
    expect([...state.broadcast.answered.keys()]).toEqual([1, 2]);
  });

  it('fill pages, of which the last says so', () => {
    broadcast({
      settings: { pageSize: 2 },
      given: [...two, heard(1, gossip(B, 0)), heard(1, gossip(D, 0)), heard(1, gossip(E, 0))],
      events: ' a',
      effects: 'A',
      where: {
        a: heard(2, marks([], { reply: true })),
        A: [
          send([2], marks([markOf(B, 1), markOf(D, 1)], { last: false })),
          send([2], marks([markOf(E, 1)])),
        ],
      },
    });
  });

  it('are compared with nobody by who has no neighbor any more', () => {
    broadcast({
      given: [born(), ...neighborOf(1, B), down(1)],
      events: ' w',
      effects: 'W',
      where: { w: woken('marks'), W: [wake('marks', 10_000)] },
    });
  });
});

describe('what was said before our time', () => {
  it('is history: what the first marks name is not pulled, not delivered and no gap', () => {
    broadcast({
      given: fresh,
      events: ' m g h',
      effects: '. . H',
      where: {
        m: heard(1, marks([markOf(D, 5, 7)])),
        g: heard(1, gossip(D, 6)),
        h: heard(1, gossip(D, 7)),
        H: [wake('store', 60_002), passedOn(7), deliver(gossip(D, 7), B)],
      },
    });
  });

  it('is told in pages, and over with the last', () => {
    broadcast({
      given: fresh,
      events: ' mnp',
      effects: '..P',
      where: {
        m: heard(1, marks([markOf(D, 7)], { last: false })),
        n: heard(1, marks([markOf(E, 3)])),
        p: heard(1, marks([markOf(B, 1)])),
        P: [wake('repair', 30_002), wake('graft', 2), pull(1, run(B, 0)), wake('graft', 152)],
      },
    });
  });

  it('ends with the first message, when that comes before any marks', () => {
    broadcast({
      given: fresh,
      events: ' gh',
      effects: 'GH',
      where: {
        g: heard(1, gossip(D, 5)),
        h: heard(2, gossip(D, 4)),
        G: [wake('store', 60_000), passedOn(5), deliver(gossip(D, 5), B)],
        H: [send([2], prune(D))],
      },
    });
  });
});

describe('messages that a neighbor has seen and we have not', () => {
  it('are pulled from it at once, and delivered; the tree stays as it is', () => {
    broadcast({
      given: [...two, ...begun, heard(2, prune(D))],
      events: ' -m g',
      effects: '-M G',
      where: {
        m: heard(2, marks([markOf(D, 2)])),
        g: heard(2, gossip(D, 1)),
        M: [wake('repair', 30_001), wake('graft', 1), pull(2, run(D, 1)), wake('graft', 151)],
        // Not to B, who brings what D says.
        G: [wake('ihave', 52), deliver(gossip(D, 1), C)],
      },
    });
  });

  it('are not pulled while their origin says much and its parent brings it: what is on its way comes in order', () => {
    broadcast({
      given: [...two, ...begun, heard(1, gossip(D, 1))],
      events: ' m 98ms m m',
      effects: '. 98ms . M',
      where: {
        m: heard(2, marks([markOf(D, 3)])),
        M: [wake('repair', 30_100), wake('graft', 100), pull(2, run(D, 2)), wake('graft', 250)],
      },
    });
  });

  it('of an epoch that is over are pulled, however much its origin says now', () => {
    const again = { ...D, epoch: D.epoch + 1 };
    broadcast({
      given: [...two, ...begun, heard(1, gossip(again, 0)), heard(1, gossip(again, 1))],
      events: ' m',
      effects: 'M',
      where: {
        m: heard(2, marks([markOf(D, 2), markOf(again, 3)])),
        M: [wake('repair', 30_000), wake('graft', 0), pull(2, run(D, 1)), wake('graft', 150)],
      },
    });
  });

  it('are pulled again from the next that has them, when the first does not answer', () => {
    broadcast({
      given: [...two, ...begun],
      events: ' -m 149ms wn',
      effects: '-M 149ms .N',
      where: {
        m: heard(2, marks([markOf(D, 3)])),
        w: woken('graft'),
        n: heard(1, marks([markOf(D, 3)])),
        M: [wake('repair', 30_001), wake('graft', 1), pull(2, run(D, 1, 2)), wake('graft', 151)],
        N: [wake('graft', 152), pull(1, run(D, 1, 2)), wake('graft', 302)],
      },
    });
  });

  it('are pulled as runs between what is here, a page in a frame', () => {
    broadcast({
      settings: { pageSize: 2 },
      given: two,
      events: ' -m',
      effects: '-M',
      where: {
        m: heard(1, marks([markOf(D, 3)])),
        M: [
          wake('repair', 30_001),
          wake('graft', 1),
          pull(1, run(D, 0, 1)),
          pull(1, run(D, 2)),
          wake('graft', 151),
        ],
      },
    });
  });

  it('are pulled newest first, when they are more than may be asked for: the oldest are gone first', () => {
    broadcast({
      settings: { marksAbove: 4 },
      given: [...two, ...begun],
      events: ' m',
      effects: 'M',
      where: {
        m: heard(2, marks([markOf(D, 10)])),
        M: [wake('repair', 30_000), wake('graft', 0), pull(2, run(D, 6, 9)), wake('graft', 150)],
      },
    });
  });

  it('are pulled a bounded number at a time, however many it claims', () => {
    const state = broadcast({
      settings: { marksAbove: 3 },
      given: two,
      events: ' -m',
      effects: '-M',
      where: {
        m: heard(1, marks([markOf(D, 0, 1_000_000), markOf(E, 9)])),
        M: [
          wake('repair', 30_001),
          wake('graft', 1),
          wake('repair', 30_001),
          pull(1, run(D, 999_997, 999_999)),
          wake('graft', 151),
        ],
      },
    });
    expect(state.broadcast.due.size).toBe(3);
  });

  it('are none of our own', () => {
    broadcast({
      given: [...two, publish('message 0')],
      events: ' m',
      effects: '.',
      where: { m: heard(1, marks([markOf(A, 99)])) },
    });
  });
});

/** 0 and 1 did not come, 2 did. */
const holed: Event = heard(1, gossip(D, 2));

describe('a hole in what an origin said', () => {
  it('is asked of who sent what lies above it, unless it comes first', () => {
    broadcast({
      given: two,
      events: ' -h 249ms w',
      effects: '-H 249ms W',
      where: {
        h: holed,
        w: woken('graft'),
        H: [
          wake('repair', 30_001),
          wake('graft', 251),
          wake('store', 60_001),
          passedOn(2),
          deliver(gossip(D, 2), B),
        ],
        W: [send([1], graft([run(D, 0, 1)])), wake('graft', 401)],
      },
    });
  });

  it('that nobody fills within 30 s is a gap, told once; a late copy is a duplicate', () => {
    broadcast({
      given: two,
      events: ' -h 29999ms rrl',
      effects: '-H 29999ms R.L',
      where: {
        h: holed,
        r: woken('repair'),
        l: heard(2, gossip(D, 1)),
        H: [
          wake('repair', 30_001),
          wake('graft', 251),
          wake('store', 60_001),
          passedOn(2),
          deliver(gossip(D, 2), B),
        ],
        R: [gap(D, 0, 1, 'nobody has it any more')],
        L: [send([2], prune(D))],
      },
    });
  });

  it('is not given up before its time', () => {
    broadcast({
      given: [...two],
      events: ' -h 29998ms r',
      effects: '-H 29998ms R',
      where: {
        h: holed,
        r: woken('repair'),
        H: [
          wake('repair', 30_001),
          wake('graft', 251),
          wake('store', 60_001),
          passedOn(2),
          deliver(gossip(D, 2), B),
        ],
        R: [wake('repair', 30_001)],
      },
    });
  });

  it('that is filled is no gap', () => {
    const late = (sequence: number) => [passedOn(sequence), deliver(gossip(D, sequence), B)];
    broadcast({
      given: two,
      events: ' -hab 29997ms r',
      effects: '-HAB 29997ms .',
      where: {
        h: holed,
        a: heard(1, gossip(D, 1)),
        b: heard(1, gossip(D, 0)),
        r: woken('repair'),
        H: [wake('repair', 30_001), wake('graft', 251), wake('store', 60_001), ...late(2)],
        A: late(1),
        B: late(0),
      },
    });
  });

  it('is given up together with all that are as old', () => {
    broadcast({
      given: [...two, publish('message 0'), heard(1, marks([markOf(D, 0, 9)])), heard(1, gossip(D, 4))],
      events: ' 29999ms -r',
      effects: '29999ms -R',
      where: {
        r: woken('repair'),
        R: [gap(D, 0, 3, 'nobody has it any more'), gap(D, 5, 8, 'nobody has what a neighbor has heard of')],
      },
    });
  });

  it('above another is given up half of the time later', () => {
    broadcast({
      given: [...two, publish('message 0')],
      events: ' -hi 29998ms r 14999ms r',
      effects: '-HI 29998ms R 14999ms S',
      where: {
        h: holed,
        i: heard(1, gossip(D, 4)),
        r: woken('repair'),
        H: [wake('repair', 30_001), wake('graft', 251), passedOn(2), deliver(gossip(D, 2), B)],
        I: [passedOn(4), deliver(gossip(D, 4), B)],
        R: [gap(D, 0, 1, 'nobody has it any more'), wake('repair', 45_001)],
        S: [gap(D, 3, 3, 'nobody has it any more')],
      },
    });
  });

  it('is told at once when what its origin says next takes the place of all that is known of it', () => {
    const restarted = (times: number) => ({ ...D, epoch: D.epoch + times });
    broadcast({
      given: [
        ...[...two, heard(1, marks([markOf(D, 0, 6)])), heard(1, gossip(D, 0)), heard(1, gossip(D, 3))],
        ...[1, 2, 3].map((times) => heard(1, gossip(restarted(times), 0))),
      ],
      events: ' r',
      effects: 'R',
      where: {
        r: heard(1, gossip(restarted(4), 0)),
        R: [
          ...[gap(D, 1, 2, forgotten), gap(D, 4, 5, forgotten)],
          ...[send([2], gossip(restarted(4), 0, { hop: 2 })), deliver(gossip(restarted(4), 0), B)],
        ],
      },
    });
  });

  it('below too many others is given up at once', () => {
    broadcast({
      settings: { marksAbove: 2 },
      given: [...two, publish('message 0')],
      events: ' -hij',
      effects: '-HIJ',
      where: {
        h: holed,
        i: heard(1, gossip(D, 4)),
        j: heard(1, gossip(D, 6)),
        H: [wake('repair', 30_001), wake('graft', 251), passedOn(2), deliver(gossip(D, 2), B)],
        I: [passedOn(4), deliver(gossip(D, 4), B)],
        J: [gap(D, 0, 1, 'too many holes'), passedOn(6), deliver(gossip(D, 6), B)],
      },
    });
  });
});

describe('what is kept for repair', () => {
  const asked = { a: heard(2, graft([run(D, 0, 2)], { eager: false })) };

  it('is bounded by bytes: the oldest goes first', () => {
    broadcast({
      // Two of 9 bytes and 256 for the rest of a message.
      settings: { storeBytes: 2 * 265 },
      given: [...two, ...begun, heard(1, gossip(D, 1)), heard(1, gossip(D, 2))],
      events: ' a',
      effects: 'A',
      where: { ...asked, A: [passedOn(1), passedOn(2), send([2], gone(run(D, 0)))] },
    });
  });

  it('is bounded by age, and the alarm goes with the oldest', () => {
    broadcast({
      given: [...two, ...begun],
      events: ' 9s g 50999ms w a 8997ms - w a',
      effects: '9s G 50999ms W A 8997ms - . B',
      where: {
        ...asked,
        g: heard(1, gossip(D, 1)),
        w: woken('store'),
        G: [passedOn(1), deliver(gossip(D, 1), B)],
        W: [wake('store', 69_000)],
        A: [passedOn(1), send([2], gone(run(D, 0)))],
        B: [send([2], gone(run(D, 0, 1)))],
      },
    });
  });
});
