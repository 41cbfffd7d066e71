import type { Event } from '../../../lib/protocol/events.ts';
import {
  A,
  announced,
  B,
  born,
  broadcastOnly,
  C,
  D,
  deliver,
  down,
  E,
  gone,
  gossip,
  graft,
  heard,
  hello,
  ihave,
  marks,
  met,
  neighborOf,
  play,
  prune,
  publish,
  published,
  remoteOf,
  run,
  send,
  sendAll,
  up,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

const broadcast = (scene: Omit<Play, 'through'>) => play({ ...scene, through: broadcastOnly });

/** Two neighbors, and the history before our time is known (there is none). */
const two = [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, marks())];
const three = [...two, ...neighborOf(3, E)];
/** D's first message came from B, and the store's alarm is set. */
const begun = [heard(1, gossip(D, 0))];
/** C needs no payloads of D, because it has them from others: what comes from B is announced to it. */
const lazy = [...two, ...begun, heard(2, prune(D))];
/** What is to be announced is: once put off for the message that has just come. */
const round = [woken('ihave'), woken('ihave')];
const said = (sequence: number, hop = 2) => gossip(D, sequence, { hop });
/** By a longer way. */
const long = (sequence: number) => said(sequence, 5);

describe('a message', () => {
  it('of our own goes to every neighbor, and is published', () => {
    const own = gossip(A, 0, { hop: 0, topic: 'news' });
    broadcast({
      given: two,
      events: ' p',
      effects: 'P',
      where: {
        p: publish('message 0', 7, 'news'),
        P: [published(own, [B, C], 7), wake('store', 60_000), send([1, 2], { ...own, hop: 1 })],
      },
    });
  });

  it('of our own with no neighbor goes nowhere, and the next has the next number', () => {
    broadcast({
      given: [born()],
      events: ' pq',
      effects: 'PQ',
      where: {
        p: publish('message 0', 1),
        q: publish('message 1', 2),
        P: [published(gossip(A, 0, { hop: 0 }), [], 1), wake('store', 60_000)],
        Q: [published(gossip(A, 1, { hop: 0 }), [], 2)],
      },
    });
  });

  it('of another is delivered, with whom it came through, and goes to all neighbors but that one, a hop further', () => {
    broadcast({
      given: three,
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, gossip(D, 0)),
        G: [wake('store', 60_000), send([2, 3], said(0)), deliver(gossip(D, 0), B)],
      },
    });
  });

  it('that came before is not delivered again, and prunes the link it came by', () => {
    broadcast({
      given: [...two, ...begun],
      events: ' g',
      effects: 'G',
      where: { g: heard(2, said(0)), G: [send([2], prune(D))] },
    });
  });

  it('of our own that comes back prunes the link, even one that we do not remember', () => {
    broadcast({
      given: two,
      events: ' g',
      effects: 'G',
      where: { g: heard(2, gossip(A, 99)), G: [send([2], prune(A))] },
    });
  });

  it('from who is no neighbor is delivered and passed on, and its copy prunes nothing', () => {
    broadcast({
      given: [...two, ...met(3, E)],
      events: ' gg',
      effects: 'G.',
      where: {
        g: heard(3, gossip(D, 0)),
        G: [wake('store', 60_000), send([1, 2], said(0)), deliver(gossip(D, 0), E)],
      },
    });
  });

  it('of an origin that does not know its host has the one its neighbor sees', () => {
    broadcast({
      given: two,
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, gossip({ ...B, address: ':8080' }, 0)),
        G: [wake('store', 60_000), send([2], gossip(B, 0, { hop: 2 })), deliver(gossip(B, 0), B)],
      },
    });
  });
});

describe('a pruned link', () => {
  it('is sent announcements in place of payloads, 50 ms of them in one frame, those in a row as one', () => {
    broadcast({
      given: lazy,
      events: ' gh 48ms w',
      effects: 'GH 48ms W',
      where: {
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2)),
        w: woken('ihave'),
        G: [wake('ihave', 50), deliver(gossip(D, 1), B)],
        H: [deliver(gossip(D, 2), B)],
        W: [send([2], ihave(announced(D, 1, 1, 2)))],
      },
    });
  });

  it('is sent them at a time of its own, so that of those who got the same message not all announce it at once', () => {
    broadcast({
      random: [0.5, 0.5, 0.5, 0.5, 0.1],
      given: lazy,
      events: ' g',
      effects: 'G',
      where: { g: heard(1, gossip(D, 1)), G: [wake('ihave', 30), deliver(gossip(D, 1), B)] },
    });
  });

  it('is sent them a millisecond later when a message has only just come, and not later still for the next', () => {
    broadcast({
      given: lazy,
      events: ' g 49ms (hw) (iw)',
      effects: 'G 49ms (HP) (IW)',
      where: {
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2)),
        i: heard(1, gossip(D, 3)),
        w: woken('ihave'),
        G: [wake('ihave', 50), deliver(gossip(D, 1), B)],
        H: [deliver(gossip(D, 2), B)],
        P: [wake('ihave', 51)],
        I: [deliver(gossip(D, 3), B)],
        W: [send([2], ihave(announced(D, 1, 1, 3)))],
      },
    });
  });

  it('is sent a full frame of them at once', () => {
    broadcast({
      settings: { pageSize: 2 },
      given: lazy,
      events: ' ghw',
      effects: 'GH.',
      where: {
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2, { hop: 3 })),
        w: woken('ihave'),
        G: [wake('ihave', 50), deliver(gossip(D, 1), B)],
        H: [send([2], ihave(announced(D, 1), announced(D, 2, 3))), deliver(gossip(D, 2, { hop: 3 }), B)],
      },
    });
  });

  it.each([
    ['announced it', heard(2, ihave(announced(D, 1)))],
    ['ended', down(2)],
  ])('is not told of what its other end has: it %s', (_, event) => {
    broadcast({
      given: [...lazy, heard(1, gossip(D, 1))],
      events: ' aw',
      effects: '..',
      where: { a: event, w: woken('ihave') },
    });
  });

  it('is told the rest of what its other end announced a part of', () => {
    broadcast({
      given: [...lazy, heard(1, gossip(D, 1)), heard(1, gossip(D, 2)), heard(1, gossip(D, 3))],
      events: ' abw',
      effects: '..W',
      where: {
        a: heard(2, ihave(announced(D, 0, 1, 1))),
        b: heard(2, ihave(announced(D, 2))),
        w: woken('ihave'),
        W: [send([2], ihave(announced(D, 3)))],
      },
    });
  });

  it('is told the rest over another link to the same neighbor', () => {
    const moved = [up(3, remoteOf(2)), hello(3, C, { serial: 1 })];
    broadcast({
      given: [
        ...lazy,
        heard(1, gossip(D, 1)),
        heard(1, gossip(D, 2)),
        heard(2, ihave(announced(D, 1))),
        ...moved,
      ],
      events: ' 1ms w',
      effects: '1ms W',
      where: { w: woken('ihave'), W: [send([3], ihave(announced(D, 2)))] },
    });
  });

  it('is not told of what its other end sent', () => {
    broadcast({
      given: [...lazy, heard(1, gossip(D, 1))],
      events: ' aw',
      effects: 'A.',
      where: { a: heard(2, said(1)), A: [send([2], prune(D))], w: woken('ihave') },
    });
  });

  it('gets payloads again after a GRAFT, the grafted one first', () => {
    broadcast({
      given: lazy,
      events: ' ag',
      effects: 'AG',
      where: {
        a: heard(2, graft([run(D, 0)])),
        g: heard(1, gossip(D, 1)),
        A: [send([2], said(0))],
        G: [send([2], said(1)), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('is still sent announcements when it brings a new payload: what it is sent is up to its other end', () => {
    broadcast({
      given: [...lazy, heard(2, gossip(D, 1)), ...round],
      events: ' g',
      effects: 'G',
      where: { g: heard(1, gossip(D, 2)), G: [wake('ihave', 50), deliver(gossip(D, 2), B)] },
    });
  });

  it('is where an origin first heard of starts from; those known before go their own way', () => {
    const known = [...two, heard(1, gossip(E, 0)), ...begun, heard(2, prune(D))];
    broadcast({
      given: known,
      events: ' nk',
      effects: 'NK',
      where: {
        n: heard(1, gossip(B, 0)),
        k: heard(1, gossip(E, 1)),
        N: [wake('ihave', 50), deliver(gossip(B, 0), B)],
        K: [send([2], gossip(E, 1, { hop: 2 })), deliver(gossip(E, 1), B)],
      },
    });
  });

  it('is where an origin first heard of starts from, whichever end pruned it for another', () => {
    broadcast({
      given: [...two, ...begun, heard(2, said(0))],
      events: ' nk',
      effects: 'NK',
      where: {
        n: heard(1, gossip(B, 0)),
        k: heard(1, gossip(D, 1)),
        N: [wake('ihave', 50), deliver(gossip(B, 0), B)],
        K: [send([2], said(1)), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('is one of the first when there are more neighbors than need be flooded', () => {
    const own = gossip(A, 0, { hop: 0 });
    broadcast({
      settings: { eagerStart: 1 },
      given: two,
      events: ' p',
      effects: 'P',
      where: {
        p: publish('message 0'),
        P: [
          published(own, [B, C], 0, [C]),
          wake('store', 60_000),
          wake('ihave', 50),
          send([1], { ...own, hop: 1 }),
        ],
      },
    });
  });

  it('stays pruned when it is replaced by another to the same process', () => {
    const low = { ...C, id: '0'.repeat(32) };
    broadcast({
      given: [
        born(),
        ...neighborOf(1, B),
        ...neighborOf(2, low),
        heard(1, marks()),
        ...begun,
        heard(2, prune(D)),
        up(3, remoteOf(2)),
        hello(3, low, { serial: 9 }),
      ],
      events: ' g 49ms w',
      effects: 'G 49ms W',
      where: {
        g: heard(1, gossip(D, 1)),
        w: woken('ihave'),
        G: [wake('ihave', 50), deliver(gossip(D, 1), B)],
        W: [send([3], ihave(announced(D, 1)))],
      },
    });
  });

  it('still gets what we say ourselves, when it was pruned because that came back', () => {
    const own = gossip(A, 1, { hop: 0 });
    broadcast({
      given: [...two, publish('message 0'), heard(2, gossip(A, 0, { hop: 2 }))],
      events: ' p',
      effects: 'P',
      where: { p: publish('message 1'), P: [published(own, [B, C]), send([1, 2], { ...own, hop: 1 })] },
    });
  });

  it('is none, when the one who prunes is no neighbor or the origin unknown', () => {
    broadcast({
      given: [...two, ...begun, ...met(3, E)],
      events: ' pqg',
      effects: '..G',
      where: {
        p: heard(3, prune(D)),
        q: heard(2, prune(E)),
        g: heard(1, gossip(D, 1)),
        G: [send([2], said(1)), deliver(gossip(D, 1), B)],
      },
    });
  });
});

describe('the parent, who brings what an origin says', () => {
  /** B is the parent; what C sends of D came second, so C was told to stop. */
  const copied = [...two, ...begun, heard(2, said(0))];

  it('stays it when who was told to stop is first once more: that was on its way', () => {
    broadcast({
      given: copied,
      events: ' cbc 97ms c',
      effects: 'C.. 97ms P',
      where: {
        c: heard(2, gossip(D, 1)),
        b: heard(1, gossip(D, 1)),
        // B has it or is about to send it: no payload for B, or B would take us for one who needs none.
        C: [wake('ihave', 50), deliver(gossip(D, 1), C)],
        // C was told a moment ago, and thousands may be under way: it is told again when it goes on.
        P: [send([2], prune(D))],
      },
    });
  });

  it('is not changed by an older message that took a longer way', () => {
    broadcast({
      given: [...two, ...begun, heard(2, gossip(D, 2))],
      events: ' bc',
      effects: 'BP',
      where: {
        b: heard(1, gossip(D, 1)),
        c: heard(2, gossip(D, 2)),
        B: [deliver(gossip(D, 1), B)],
        P: [send([1], prune(D))],
      },
    });
  });

  it('goes on sending to who was told to stop: that one may be fed by us', () => {
    broadcast({
      given: copied,
      events: ' b',
      effects: 'B',
      where: { b: heard(1, gossip(D, 1)), B: [send([2], said(1)), deliver(gossip(D, 1), B)] },
    });
  });

  it('that told us to stop is the parent all the same', () => {
    broadcast({
      given: [...two, ...begun, heard(1, prune(D)), heard(1, gossip(D, 1))],
      events: ' cb',
      effects: 'C.',
      where: { c: heard(2, said(1)), b: heard(1, gossip(D, 1)), C: [send([2], prune(D))] },
    });
  });

  it('is the origin itself as soon as that sends a copy: there is no shorter way', () => {
    broadcast({
      given: [...two, heard(1, gossip(C, 0, { hop: 2 }))],
      events: ' cd',
      effects: 'CD',
      where: {
        c: heard(2, gossip(C, 0)),
        d: heard(2, gossip(C, 1)),
        C: [send([1], prune(C))],
        // B has a way of its own.
        D: [wake('ihave', 51), deliver(gossip(C, 1), C)],
      },
    });
  });

  it('being one that took the place of another, is told to stop by the same copy of the origin itself', () => {
    broadcast({
      given: [...two, ...neighborOf(3, D), heard(1, long(0)), heard(2, said(9))],
      events: ' 1950ms b 49ms c',
      effects: '1950ms . 49ms C',
      where: {
        b: heard(2, said(9)),
        c: heard(3, gossip(D, 0)),
        C: [send([2], prune(D))],
      },
    });
  });

  it('does not become the origin itself while something is missing: it may be on its way by the other', () => {
    broadcast({
      given: [...two, heard(1, gossip(C, 0, { hop: 2 })), heard(1, gossip(C, 2, { hop: 2 }))],
      events: ' c',
      effects: 'C',
      where: { c: heard(2, gossip(C, 2)), C: [send([2], prune(C))] },
    });
  });

  it('being the origin itself, stays it when another is first: that one is told to stop', () => {
    broadcast({
      given: [...two, heard(2, gossip(C, 0))],
      events: ' bc',
      effects: 'B.',
      where: {
        b: heard(1, gossip(C, 1, { hop: 2 })),
        c: heard(2, gossip(C, 1)),
        B: [send([1], prune(C)), wake('ihave', 50), deliver(gossip(C, 1, { hop: 2 }), B)],
      },
    });
  });

  it('becomes the origin itself all the same when that has been missing for two seconds', () => {
    broadcast({
      given: [...two, heard(1, gossip(C, 0, { hop: 2 })), heard(1, gossip(C, 2, { hop: 2 }))],
      events: ' 2001ms c',
      effects: '2001ms C',
      where: { c: heard(2, gossip(C, 2)), C: [send([1], prune(C))] },
    });
  });

  it('being the origin itself, and silent for 2 s of it, is replaced whatever else it says', () => {
    broadcast({
      given: [...two, heard(2, gossip(C, 0))],
      events: ' 1999ms ib',
      effects: '1999ms .B',
      where: {
        i: heard(2, prune(A)),
        b: heard(1, gossip(C, 1, { hop: 2 })),
        B: [send([2], gossip(C, 1, { hop: 3 })), deliver(gossip(C, 1, { hop: 2 }), B)],
      },
    });
  });

  it('being the origin itself, and not heard for 100 ms, is replaced by who is, until it sends a copy', () => {
    broadcast({
      given: [...two, heard(2, gossip(C, 0))],
      events: ' 100ms bc',
      effects: '100ms BC',
      where: {
        b: heard(1, gossip(C, 1, { hop: 2 })),
        c: heard(2, gossip(C, 1)),
        B: [send([2], gossip(C, 1, { hop: 3 })), deliver(gossip(C, 1, { hop: 2 }), B)],
        C: [send([1], prune(C))],
      },
    });
  });

  it('when it is gone, is who brings a copy: that link is needed now', () => {
    broadcast({
      given: [...two, ...begun, down(1)],
      events: ' c',
      effects: '.',
      where: { c: heard(2, said(0)) },
    });
  });

  it('when it is gone, is not waited for: what is announced is grafted at once', () => {
    broadcast({
      given: [...copied, down(1)],
      events: ' iw',
      effects: 'IW',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        w: woken('graft'),
        I: [wake('graft', 0)],
        W: [send([2], graft([run(D, 1)])), wake('graft', 151)],
      },
    });
  });

  it('that announces a message in place of sending it is asked for it at once', () => {
    broadcast({
      given: copied,
      events: ' iw',
      effects: 'IW',
      where: {
        i: heard(1, ihave(announced(D, 1))),
        w: woken('graft'),
        I: [wake('graft', 0)],
        W: [send([1], graft([run(D, 1)])), wake('graft', 151)],
      },
    });
  });

  it('is not one that was pruned and is asked to send again, until it answers: what it sends before was on its way', () => {
    broadcast({
      given: [...two, ...begun, heard(2, gossip(D, 0)), heard(2, ihave(announced(D, 1)))],
      events: ' 250ms w 49ms abcde',
      effects: '250ms W 49ms A.CDE',
      where: {
        w: woken('graft'),
        a: heard(2, gossip(D, 2)),
        b: heard(1, gossip(D, 2)),
        c: heard(2, gossip(D, 1)),
        d: heard(2, gossip(D, 3)),
        e: heard(1, gossip(D, 3)),
        W: [send([2], graft([run(D, 1)])), wake('graft', 400)],
        A: [wake('repair', 30_300), wake('ihave', 350), deliver(gossip(D, 2), C)],
        C: [deliver(gossip(D, 1), C)],
        D: [deliver(gossip(D, 3), C)],
        // The one that answered is the parent now.
        E: [send([1], prune(D))],
      },
    });
  });

  it('is nobody for what we say ourselves: every copy is one too many', () => {
    broadcast({
      given: [...two, publish('message 0')],
      events: ' b',
      effects: 'B',
      where: { b: heard(1, gossip(A, 0, { hop: 2 })), B: [send([1], prune(A))] },
    });
  });
});

describe('while the parent of a busy origin is changed, which links under load that are thousands of messages apart,', () => {
  /** From link 1 to link 2, which begins with the tenth; the first has still to bring what is below. */
  const changing = [
    ...[...three, heard(1, long(0)), heard(1, long(1))],
    ...[heard(2, ihave(announced(D, 0, 1))), heard(2, said(9))],
  ];

  it('the former goes on although others bring some of it before, until nothing is missing below what the new one began with', () => {
    broadcast({
      given: [...changing, ...[2, 4, 5, 6, 7, 8].map((sequence) => heard(3, long(sequence)))],
      events: ' abc',
      effects: '.BC',
      where: {
        a: heard(1, long(2)),
        b: heard(1, long(3)),
        c: heard(1, long(9)),
        B: [send([3], said(3, 6)), deliver(long(3), B)],
        C: [send([1], prune(D))],
      },
    });
  });

  it('the former goes on although it or the new one brings copies of what came before, and it later ones: a relay fills its own holes last', () => {
    broadcast({
      given: changing,
      events: ' abc',
      effects: '..C',
      where: {
        a: heard(1, long(9)),
        b: heard(2, said(1)),
        c: heard(1, long(2)),
        C: [wake('repair', 30_002), send([3], said(2, 6)), deliver(long(2), B)],
      },
    });
  });

  it('the former that is silent for a moment is not told to stop by a copy from the new one', () => {
    broadcast({
      given: changing,
      events: ' 1999ms ab',
      effects: '1999ms .B',
      where: { a: heard(2, said(9)), b: heard(2, said(9)), B: [send([1], prune(D))] },
    });
  });

  it('the former that brings only later ones is told to stop after two seconds', () => {
    broadcast({
      given: changing,
      events: ' 1999ms ab',
      effects: '1999ms AB',
      where: {
        a: heard(1, long(10)),
        b: heard(1, long(9)),
        A: [wake('repair', 31_999), send([3], said(10, 6)), deliver(long(10), B)],
        B: [send([1], prune(D))],
      },
    });
  });

  it('what the former tells of in place of bringing it, because it took us for its parent, is asked of it at once', () => {
    broadcast({
      given: [...changing, heard(3, ihave(announced(D, 2, 4, 8)))],
      events: ' ij',
      effects: 'IJ',
      where: {
        i: heard(1, ihave(announced(D, 2, 5, 5))),
        j: heard(1, ihave(announced(D, 6, 5, 8))),
        I: [send([1], graft([run(D, 2, 5)]))],
        J: [send([1], graft([run(D, 6, 8)]))],
      },
    });
  });

  it.each([
    [
      'as it has it by its own way',
      '',
      [wake('repair', 30_000), wake('ihave', 50), send([3], said(10)), deliver(gossip(D, 10), C)],
    ],
    [
      'but when it has brought nothing for two seconds',
      '2s ',
      [wake('repair', 32_000), send([1, 3], said(10)), deliver(gossip(D, 10), C)],
    ],
  ])('the former is not sent what the new one brings, but told of it, %s', (_, quiet, N) => {
    broadcast({
      // Nobody has announced anything: the second is only further ahead.
      given: [...three, heard(1, gossip(D, 0)), heard(2, gossip(D, 9)), ...round],
      events: ` ${quiet}n 49ms i`,
      effects: `${quiet}N 49ms ${quiet === '' ? 'I' : '.'}`,
      where: {
        n: heard(2, gossip(D, 10)),
        i: woken('ihave'),
        N,
        I: [send([1], ihave(announced(D, 10)))],
      },
    });
  });

  it('what lies below what the new one began with is asked of nobody while the former goes on, and then of who told of it last', () => {
    broadcast({
      given: [...changing, heard(3, ihave(announced(D, 2, 4, 8)))],
      events: ' 201ms a 48ms w 249ms w',
      effects: '201ms A 48ms W 249ms G',
      where: {
        a: heard(1, long(2)),
        w: woken('graft'),
        A: [wake('repair', 30_201), send([3], said(2, 6)), deliver(long(2), B)],
        W: [wake('graft', 500)],
        G: [send([3], graft([run(D, 3, 8)])), wake('graft', 650)],
      },
    });
  });

  it('what the former has passed over is asked of who told of it, while the former still brings the rest', () => {
    broadcast({
      given: [...changing, heard(3, ihave(announced(D, 2, 4, 8)))],
      events: ' 201ms a 48ms w',
      effects: '201ms A 48ms W',
      where: {
        a: heard(1, long(4)),
        w: woken('graft'),
        A: [wake('repair', 30_201), send([3], said(4, 6)), deliver(long(4), B)],
        W: [send([3], graft([run(D, 2, 3)])), wake('graft', 400)],
      },
    });
  });

  it('what the new one had under way when it was told to stop does not end the former: it is below what it has announced since', () => {
    broadcast({
      given: [...two, ...[0, 1, 2].map((sequence) => heard(1, long(sequence))), heard(2, long(0))],
      events: ' iabcd',
      effects: 'I.BCD',
      where: {
        i: heard(2, ihave(announced(D, 2, 1))),
        a: heard(2, long(1)),
        b: heard(1, long(3)),
        c: heard(2, said(4)),
        d: heard(1, long(4)),
        I: [send([2], graft([run(D, 3, 66)], { payload: false }))],
        B: [wake('ihave', 52), deliver(long(3), B)],
        C: [deliver(said(4), C)],
        D: [send([1], prune(D))],
      },
    });
  });

  it('the new one is not replaced by a third that is further ahead', () => {
    broadcast({
      given: changing,
      events: ' ab',
      effects: 'AB',
      where: {
        a: heard(3, long(20)),
        b: heard(2, said(10)),
        A: [send([3], prune(D)), wake('repair', 30_000), deliver(long(20), E)],
        B: [wake('repair', 30_001), send([3], said(10, 3)), deliver(said(10), C)],
      },
    });
  });

  it('nor by a path that is shorter still', () => {
    broadcast({
      given: changing,
      events: ' i',
      effects: '.',
      where: { i: heard(3, ihave(announced(D, 9, 0))) },
    });
  });

  it('but is, when the former has brought nothing for two seconds', () => {
    broadcast({
      given: changing,
      events: ' 2001ms a',
      effects: '2001ms A',
      where: {
        a: heard(3, long(20)),
        A: [wake('repair', 32_001), send([2], said(20, 6)), deliver(long(20), E)],
      },
    });
  });
});

describe('an announcement', () => {
  const wanted = [...three, ...begun];
  const graftOf = (link: number) => send([link], graft([run(D, 1)]));

  it('is grafted when the payload did not come within 50 ms and four round trips', () => {
    broadcast({
      given: wanted,
      events: ' i 249ms w',
      effects: 'I 249ms W',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        w: woken('graft'),
        I: [wake('graft', 250)],
        W: [graftOf(2), wake('graft', 400)],
      },
    });
  });

  it('is looked after once more, after the sockets, when we were stopped at that time: the payload may wait there', () => {
    broadcast({
      given: wanted,
      events: ' i 399ms wx w',
      effects: 'I 399ms WX .',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        w: woken('graft'),
        x: heard(1, said(1, 1)),
        I: [wake('graft', 250)],
        W: [wake('graft', 401)],
        X: [send([2, 3], said(1)), deliver(said(1, 1), B)],
      },
    });
  });

  it('is looked after once more when we were stopped, not again and again', () => {
    broadcast({
      given: wanted,
      events: ' i 399ms w 99ms w',
      effects: 'I 399ms W 99ms G',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        w: woken('graft'),
        I: [wake('graft', 250)],
        W: [wake('graft', 401)],
        // 150 ms, and twice the 150 ms by which the alarm was late: who gets its turn late reads late what came in time.
        G: [graftOf(2), wake('graft', 950)],
      },
    });
  });

  it('of many messages, of which some come, is grafted of the others', () => {
    broadcast({
      given: wanted,
      events: ' i 99ms g 149ms w',
      effects: 'I 99ms G 149ms W',
      where: {
        i: heard(2, ihave(announced(D, 1, 0, 4))),
        g: heard(1, said(1, 1)),
        w: woken('graft'),
        I: [wake('graft', 250)],
        G: [send([2, 3], said(1)), deliver(said(1, 1), B)],
        W: [send([2], graft([run(D, 2, 4)])), wake('graft', 400)],
      },
    });
  });

  it('is grafted from the next announcer when the first does not answer, then from nobody', () => {
    broadcast({
      given: wanted,
      events: ' ij 248ms w 149ms w 149ms w',
      effects: 'I. 248ms W 149ms X 149ms .',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        j: heard(3, ihave(announced(D, 1))),
        w: woken('graft'),
        I: [wake('graft', 250)],
        W: [graftOf(2), wake('graft', 400)],
        X: [graftOf(3), wake('graft', 550)],
      },
    });
  });

  it('is grafted from the next announcer at once when the first has it no more', () => {
    broadcast({
      given: wanted,
      events: ' ij 248ms w n',
      effects: 'I. 248ms W N',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        j: heard(3, ihave(announced(D, 1))),
        w: woken('graft'),
        n: heard(2, gone(run(D, 0, 5))),
        I: [wake('graft', 250)],
        W: [graftOf(2), wake('graft', 400)],
        N: [graftOf(3), wake('graft', 401)],
      },
    });
  });

  it('is grafted from the next announcer at once when the link of the first is gone', () => {
    broadcast({
      given: wanted,
      events: ' ij 248ms w d',
      effects: 'I. 248ms W N',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        j: heard(3, ihave(announced(D, 1))),
        w: woken('graft'),
        d: down(2),
        I: [wake('graft', 250)],
        W: [graftOf(2), wake('graft', 400)],
        N: [graftOf(3), wake('graft', 401)],
      },
    });
  });

  it('is grafted at once when the link is gone that the payload was expected from', () => {
    broadcast({
      given: wanted,
      events: ' i 9ms d',
      effects: 'I 9ms D',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        d: down(1),
        I: [wake('graft', 250)],
        D: [graftOf(2), wake('graft', 160)],
      },
    });
  });

  it('of what is missing counts, however much that is on its way the same frame tells of, and is grafted before who sent what lies above', () => {
    broadcast({
      settings: { marksAbove: 4 },
      given: [...two, ...begun, heard(1, gossip(D, 5))],
      events: ' i 249ms w',
      effects: '. 249ms W',
      where: {
        i: heard(2, ihave(announced(D, 6, 1, 9), announced(D, 3, 1, 4))),
        w: woken('graft'),
        W: [
          ...[send([1], graft([run(D, 1, 2)])), send([2], graft([run(D, 3, 4), run(D, 6, 9)]))],
          wake('graft', 400),
        ],
      },
    });
  });

  it('is not grafted when the payload came in time', () => {
    broadcast({
      given: wanted,
      events: ' ig 248ms w',
      effects: 'IG 248ms .',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        g: heard(1, gossip(D, 1)),
        w: woken('graft'),
        I: [wake('graft', 250)],
        G: [send([2, 3], said(1)), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('is not grafted while earlier payloads of its origin come in: links keep the order', () => {
    broadcast({
      given: wanted,
      events: ' i 199ms g 49ms w 99ms w',
      effects: 'I 199ms G 49ms W 99ms X',
      where: {
        i: heard(2, ihave(announced(D, 2))),
        g: heard(1, gossip(D, 1)),
        w: woken('graft'),
        I: [wake('graft', 250)],
        G: [send([2, 3], said(1)), deliver(gossip(D, 1), B)],
        W: [wake('graft', 350)],
        X: [send([2], graft([run(D, 2)])), wake('graft', 500)],
      },
    });
  });

  it('is not grafted from the next announcer while the first is heard, but for 2 s', () => {
    broadcast({
      given: wanted,
      events: ' ij 248ms w 149ms pw 150ms w',
      effects: 'I. 248ms W 149ms .X 150ms Y',
      where: {
        i: heard(2, ihave(announced(D, 1))),
        j: heard(3, ihave(announced(D, 1))),
        p: heard(2, prune(E)),
        w: woken('graft'),
        I: [wake('graft', 250)],
        W: [graftOf(2), wake('graft', 400)],
        X: [wake('graft', 552)],
        Y: [graftOf(3), wake('graft', 702)],
      },
    });
  });

  it('of many is grafted with one frame for each announcer, in runs', () => {
    broadcast({
      given: wanted,
      events: ' ij 248ms w -',
      effects: 'I. 248ms W -',
      where: {
        i: heard(2, ihave(announced(D, 1, 1, 2), announced(D, 4))),
        j: heard(3, ihave(announced(E, 0))),
        w: woken('graft'),
        I: [wake('graft', 250)],
        W: [send([2], graft([run(D, 1, 2), run(D, 4)])), wake('graft', 251)],
      },
    });
  });

  it('of our own message, or of one that is here, is of no interest', () => {
    broadcast({
      given: wanted,
      events: ' i',
      effects: '.',
      where: { i: heard(2, ihave(announced(A, 5), announced(D, 0))) },
    });
  });

  it('of a path at least two hops shorter makes it the parent', () => {
    broadcast({
      given: [...two, heard(1, gossip(D, 0, { hop: 4 }))],
      events: ' ig',
      effects: 'IG',
      where: {
        i: heard(2, ihave(announced(D, 0, 1))),
        g: heard(2, gossip(D, 1, { hop: 2 })),
        I: [send([2], graft([run(D, 1, 64)])), send([1], prune(D))],
        // The former parent is lazy now.
        G: [wake('ihave', 51), deliver(gossip(D, 1, { hop: 2 }), C)],
      },
    });
  });

  const short = said(2);
  it.each([
    ['former', heard(1, long(2)), [wake('ihave', 51), deliver(long(2), B)], heard(2, short)],
    ['new', heard(2, short), [wake('ihave', 51), deliver(short, C)], heard(1, long(2))],
  ])(
    'of a shorter path for a busy origin: its former parent is pruned when both have sent a message, the %s one first',
    (_, g, G, h) => {
      broadcast({
        given: [...two, heard(1, long(0)), heard(1, long(1))],
        events: ' igh',
        effects: 'IGH',
        where: {
          i: heard(2, ihave(announced(D, 0, 1))),
          g,
          h,
          I: [send([2], graft([run(D, 2, 65)], { payload: false }))],
          G,
          H: [send([1], prune(D))],
        },
      });
    },
  );

  it.each([
    ['of many messages on', 0, [...begun, heard(2, ihave(announced(D, 1, 0, 9)))]],
    [
      'of more than 64, after a quiet time, on',
      150,
      [heard(1, long(0)), heard(2, ihave(announced(D, 1, 1, 66)))],
    ],
  ])('%s a shorter path changes the parent once, as of a busy origin', (_, ms, before) => {
    const quiet = ms === 0 ? '' : `${ms}ms `;
    broadcast({
      given: [...two, ...before],
      events: ` ${quiet}gh`,
      effects: `${quiet}GH`,
      where: {
        g: heard(1, long(1)),
        h: heard(1, long(2)),
        G: [
          ...[send([2], { ...long(1), hop: 6 }), deliver(long(1), B)],
          send([2], graft([run(D, 2, 65)], { payload: false })),
        ],
        H: [wake('ihave', ms + 51), deliver(long(2), B)],
      },
    });
  });

  it('of a second path as short as the one just taken changes nothing', () => {
    broadcast({
      given: [...three, heard(1, gossip(D, 0, { hop: 4 })), heard(2, ihave(announced(D, 0, 1)))],
      events: ' i',
      effects: '.',
      where: { i: heard(3, ihave(announced(D, 0, 1))) },
    });
  });

  it('of a path not shorter by as many hops as it takes, or of the parent itself, changes nothing', () => {
    broadcast({
      settings: { optimization: 2 },
      given: [...two, heard(1, gossip(D, 0, { hop: 3 }))],
      events: ' ij',
      effects: '..',
      where: { i: heard(2, ihave(announced(D, 0, 1))), j: heard(1, ihave(announced(D, 0, 0))) },
    });
  });

  it('of a much shorter path, then the payload by the longer, makes the shorter the parent as well', () => {
    broadcast({
      given: [...lazy, heard(2, ihave(announced(D, 1, 1)))],
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, long(1)),
        G: [wake('ihave', 50), deliver(long(1), B), send([2], graft([run(D, 2, 65)], { payload: false }))],
      },
    });
  });
});

describe('what was grafted', () => {
  /** D's messages come from B, but late: C is asked for three. */
  const asked = (link = 2, given: readonly Event[] = lazy): Omit<Play, 'through'> => ({
    given,
    events: ' i 249ms w',
    effects: 'I 249ms W',
    where: {
      i: heard(link, ihave(announced(D, 1, 1, 3))),
      w: woken('graft'),
      I: [wake('graft', 250)],
      W: [send([link], graft([run(D, 1, 3)])), wake('graft', 400)],
    },
  });
  const afterAsking = (events: string, effects: string, where: Play['where']) => {
    const before = asked();
    return broadcast({
      ...before,
      events: before.events + events,
      effects: before.effects + effects,
      where: { ...before.where, ...where },
    });
  };

  it('and comes by the parent as well, before or after, is no second way: neither is told to stop', () => {
    afterAsking('bcde', 'B.D.', {
      b: heard(1, gossip(D, 1)),
      c: heard(2, gossip(D, 1)),
      d: heard(2, gossip(D, 2)),
      e: heard(1, gossip(D, 2)),
      B: [wake('ihave', 301), deliver(gossip(D, 1), B)],
      D: [deliver(gossip(D, 2), C)],
    });
  });

  it('leaves the parent what lies between that and what the one asked then sends by itself', () => {
    afterAsking('fgjkh', 'FGJKH', {
      f: heard(2, gossip(D, 4)),
      g: heard(1, gossip(D, 1)),
      j: heard(1, gossip(D, 2)),
      k: heard(1, gossip(D, 3)),
      h: heard(1, gossip(D, 4)),
      F: [wake('repair', 30_251), send([1], said(4)), deliver(gossip(D, 4), C)],
      G: [wake('ihave', 302), deliver(gossip(D, 1), B)],
      J: [deliver(gossip(D, 2), B)],
      K: [deliver(gossip(D, 3), B)],
      H: [send([1], prune(D))],
    });
  });

  it('is remembered for another link to the same neighbor, not for one that is gone, or is no neighbor', () => {
    const askedOf = (events: string, effects: string, where: Play['where'] = {}) => [
      ...afterAsking(events, effects, where).broadcast.asked.keys(),
    ];
    const moved = { u: up(3, remoteOf(2)), h: hello(3, C, { serial: 1 }) };
    expect(askedOf('', '')).toEqual([2]);
    expect(askedOf('uh', '..', moved)).toEqual([3]);
    expect(askedOf('d', 'D', { d: down(2), D: [wake('graft', 400)] })).toEqual([]);
    const { broadcast: ofStranger } = broadcast(asked(3, [...lazy, ...met(3, E)]));
    expect(ofStranger.asked.size).toBe(0);
  });
});

describe('a GRAFT', () => {
  it('is answered with what is kept, a hop further, and GONE for what was or is unknown, in runs', () => {
    broadcast({
      given: [...two, ...begun, heard(1, gossip(D, 1)), heard(1, gossip(D, 3))],
      events: ' a',
      effects: 'A',
      where: {
        a: heard(2, graft([run(D, 0, 5), run(E, 7)])),
        A: [sendAll([2], said(0), said(1)), send([2], said(3)), send([2], gone(run(D, 2), run(E, 7)))],
      },
    });
  });

  it('for no payload is not answered', () => {
    broadcast({
      given: [...two, ...begun],
      events: ' a',
      effects: '.',
      where: { a: heard(2, graft([run(D, 0, 5)], { payload: false })) },
    });
  });

  it('that does not ask for the tree leaves the link pruned', () => {
    broadcast({
      given: lazy,
      events: ' ag',
      effects: 'AG',
      where: {
        a: heard(2, graft([run(D, 0)], { eager: false })),
        g: heard(1, gossip(D, 1)),
        A: [send([2], said(0))],
        G: [wake('ihave', 51), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('for more than a page is answered for a page, however large the run', () => {
    broadcast({
      settings: { pageSize: 3 },
      given: [...two, ...begun],
      events: ' a',
      effects: 'A',
      where: {
        a: heard(2, graft([run(E, 0, Number.MAX_SAFE_INTEGER)])),
        A: [send([2], gone(run(E, 0, 2)))],
      },
    });
  });
});
