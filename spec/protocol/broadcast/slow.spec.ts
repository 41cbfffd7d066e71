import type { Event } from '../../../lib/protocol/events.ts';
import {
  A,
  announced,
  B,
  born,
  broadcastOnly,
  bye,
  bytes,
  C,
  congested,
  D,
  deliver,
  disconnect,
  down,
  E,
  flow,
  gone,
  gossip,
  graft,
  heard,
  hold,
  letGo,
  ihave,
  log,
  markOf,
  marks,
  met,
  neighborOf,
  play,
  prune,
  publish,
  published,
  relieved,
  remoteOf,
  run,
  send,
  sendAll,
  stuck,
  took,
  up,
  hello,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

const broadcast = (scene: Omit<Play, 'through'>) => play({ ...scene, through: broadcastOnly });

const two = [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, marks())];
/** D's messages come over link 1 and go on to link 2. */
const begun = [...two, heard(1, gossip(D, 0))];
const onward = (sequence: number, over = {}) => gossip(D, sequence, { hop: 2, ...over });
const passedOn = (sequence: number, to = 2) => send([to], onward(sequence));
const own = (sequence: number, over = {}) => gossip(A, sequence, { hop: 0, ...over });
const isSlow = log('info', `${C.address} is slow: nobody waits for it until it has caught up`);
const hasCaughtUp = log('info', `${C.address} has caught up`);
/** Link 2 is demoted at 1000 ms. */
const demoted: Pick<Play, 'events' | 'effects' | 'where'> = {
  events: ' c 999ms w',
  effects: 'C 999ms W',
  where: {
    c: congested(2),
    w: woken('slow'),
    C: [wake('slow', 1000), flow(false)],
    W: [isSlow, wake('slow', 10_000), flow(true)],
  },
};
const afterDemotion = (events: string, effects: string, where: Play['where']) =>
  broadcast({
    given: begun,
    events: demoted.events + events,
    effects: demoted.effects + effects,
    where: { ...demoted.where, ...where },
  });

describe('a congested neighbor', () => {
  it('is sent no payload; what it is owed is sent in order as soon as it is relieved', () => {
    broadcast({
      given: begun,
      events: ' cgh-r-i',
      effects: 'CGH-R-I',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2)),
        r: relieved(2),
        i: heard(1, gossip(D, 3)),
        C: [wake('slow', 1000), flow(false)],
        G: [deliver(gossip(D, 1), B)],
        H: [deliver(gossip(D, 2), B)],
        R: [sendAll([2], onward(1), onward(2)), flow(true)],
        I: [passedOn(3), deliver(gossip(D, 3), B)],
      },
    });
  });

  it('slows down nobody else', () => {
    broadcast({
      given: [...begun, ...neighborOf(3, E)],
      events: ' cg',
      effects: 'CG',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        C: [wake('slow', 1000), flow(false)],
        G: [passedOn(1, 3), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('that is owed something for a quarter of the store’s time slows down who brings it, until it is relieved', () => {
    broadcast({
      settings: { storeBytes: 1500 },
      given: begun,
      events: ' cgh-r',
      effects: 'CGH-R',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2, { topic: 'other' })),
        r: relieved(2),
        C: [wake('slow', 1000), flow(false)],
        G: [deliver(gossip(D, 1), B)],
        H: [hold(1), deliver(gossip(D, 2, { topic: 'other' }), B)],
        R: [passedOn(1), send([2], gossip(D, 2, { topic: 'other', hop: 2 })), letGo(1), flow(true)],
      },
    });
  });

  it('that is owed something for so long slows down whoever brings anything: it would take the place of that', () => {
    broadcast({
      settings: { storeBytes: 1500 },
      given: [...begun, ...neighborOf(3, E), heard(1, gossip(B, 0)), heard(2, prune(B))],
      events: ' cgh',
      effects: 'CGH',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(B, 1)),
        C: [wake('slow', 1000)],
        G: [passedOn(1, 3), deliver(gossip(D, 1), B)],
        H: [
          hold(1),
          wake('ihave', 52),
          send([3], gossip(B, 1, { hop: 2 })),
          deliver(gossip(B, 1), B),
          flow(false),
        ],
      },
    });
  });

  it('that is owed something for so long is not slowed down itself: with what it brings comes what it does not want', () => {
    broadcast({
      settings: { storeBytes: 1500 },
      given: [...begun, heard(2, gossip(C, 0)), heard(1, prune(C)), congested(2), heard(1, gossip(D, 1))],
      events: ' --b',
      effects: '--B',
      where: {
        b: heard(2, gossip(C, 1)),
        B: [wake('ihave', 52), deliver(gossip(C, 1), C)],
      },
    });
  });

  it('that is only owed what we said ourselves slows down nobody: that has its own part of the store', () => {
    broadcast({
      settings: { storeBytes: 1500 },
      given: [
        ...begun,
        congested(2),
        publish('one', 1, 'a'),
        publish('two', 2, 'b'),
        publish('three', 3, 'c'),
      ],
      events: ' --g',
      effects: '--G',
      where: { g: heard(1, gossip(D, 1)), G: [deliver(gossip(D, 1), B)] },
    });
  });

  it('is sent what it is owed although others have filled the store meanwhile', () => {
    const others = Array.from({ length: 100 }, (_, i) => heard(1, gossip(B, 1 + i)));
    broadcast({
      settings: { storeBytes: 4000 },
      given: [
        ...begun,
        heard(1, gossip(B, 0)),
        heard(2, prune(B)),
        congested(2),
        heard(1, gossip(D, 1)),
        ...others,
      ],
      events: ' r',
      effects: 'R',
      where: { r: relieved(2), R: [passedOn(1)] },
    });
  });

  it('is paid in portions that fill its outbox, not all at once; new messages wait behind', () => {
    const large = { payload: bytes('x'.repeat(100)) };
    const sent = (...sequences: number[]) => sendAll([2], ...sequences.map((one) => onward(one, large)));
    const message = (sequence: number) => heard(1, gossip(D, sequence, large));
    const delivered = (sequence: number) => [deliver(gossip(D, sequence, large), B)];
    broadcast({
      settings: { highWater: 200 },
      given: begun,
      events: ' cghi rkc r',
      effects: 'CGHI RK. S',
      where: {
        c: congested(2),
        g: message(1),
        h: message(2),
        i: message(3),
        k: message(4),
        r: relieved(2),
        C: [wake('slow', 1000), flow(false)],
        G: delivered(1),
        H: delivered(2),
        I: delivered(3),
        R: [sent(1, 2), wake('slow', 1004)],
        K: delivered(4),
        S: [sent(3, 4), flow(true)],
      },
    });
  });

  it('is not owed what the store no longer has: it will ask, and hear that it is gone', () => {
    broadcast({
      settings: { storeBytes: 700 },
      given: begun,
      events: ' cghirq',
      effects: 'CGHIRQ',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2)),
        i: heard(1, gossip(D, 3)),
        r: relieved(2),
        q: heard(2, graft([run(D, 1)])),
        C: [wake('slow', 1000), flow(false)],
        G: [deliver(gossip(D, 1), B)],
        H: [hold(1), deliver(gossip(D, 2), B)],
        I: [hold(1), deliver(gossip(D, 3), B)],
        R: [passedOn(2), passedOn(3), letGo(1), flow(true)],
        Q: [send([2], gone(run(D, 1)))],
      },
    });
  });

  it('is still told what a lazy neighbor is told', () => {
    broadcast({
      given: [...begun, heard(2, prune(D))],
      events: ' cg 48ms w',
      effects: 'CG 48ms W',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        w: woken('ihave'),
        C: [wake('slow', 1000)],
        G: [wake('ihave', 51), deliver(gossip(D, 1), B)],
        W: [send([2], ihave(announced(D, 1)))],
      },
    });
  });

  it('on a link that is nobody’s neighbor is closed soon, and waited for by nobody', () => {
    broadcast({
      given: [...begun, ...met(3, E)],
      events: ' cg',
      effects: '.G',
      where: {
        c: congested(3),
        g: heard(1, gossip(D, 1)),
        G: [passedOn(1), deliver(gossip(D, 1), B)],
      },
    });
  });

  it('that makes room for another is still sent what it is owed, in portions, and waited for; what is new it is not', () => {
    broadcast({
      settings: { highWater: 100 },
      given: [
        ...begun,
        congested(2),
        heard(1, gossip(D, 1, { payload: new Uint8Array(200) })),
        heard(1, gossip(D, 2)),
      ],
      events: ' ngrcr',
      effects: '.GR.S',
      where: {
        n: heard(2, disconnect),
        g: heard(1, gossip(D, 3)),
        r: relieved(2),
        c: congested(2),
        G: [deliver(gossip(D, 3), B)],
        R: [send([2], onward(1, { payload: new Uint8Array(200) })), wake('slow', 1002)],
        S: [passedOn(2), flow(true)],
      },
    });
  });

  it('that made room for another, and is owed nothing, or gone before it is paid, is not waited for', () => {
    const slow = [...begun, congested(2)];
    broadcast({
      given: slow,
      events: ' n',
      effects: 'N',
      where: { n: heard(2, disconnect), N: [flow(true)] },
    });
    broadcast({
      given: [...slow, heard(1, gossip(D, 1)), heard(2, disconnect)],
      events: ' dw',
      effects: '.W',
      where: { d: down(2), w: woken('slow'), W: [wake('slow', 1000), flow(true)] },
    });
  });

  it('takes what it is owed along to another link', () => {
    const newer: Event = hello(3, C, { serial: 1 });
    broadcast({
      given: [...begun, congested(2), heard(1, gossip(D, 1)), up(3, remoteOf(2))],
      events: ' h',
      effects: 'H',
      where: { h: newer, H: [passedOn(1, 3), flow(true)] },
    });
  });
});

describe('a neighbor whose link was congested before', () => {
  it('is looked after when it comes back to that link, which does not say so again', () => {
    const large = { payload: bytes('x'.repeat(400)) };
    const sent = (sequence: number, to: number) => send([to], gossip(D, sequence, { ...large, hop: 2 }));
    broadcast({
      settings: { highWater: 300 },
      given: [
        ...[...begun, congested(2), ...[1, 2, 3].map((nr) => heard(1, gossip(D, nr, large)))],
        ...[up(3, remoteOf(2)), hello(3, C, { serial: 1 }), congested(3)],
      ],
      events: ' b 999ms w',
      effects: 'B 999ms W',
      where: {
        b: heard(3, bye('duplicate')),
        w: woken('slow'),
        B: [sent(2, 2), wake('slow', 1000)],
        W: [isSlow, wake('slow', 10_000), flow(true)],
      },
    });
  });
});

describe('the application', () => {
  it('is to wait while a neighbor that it sends to is congested, and may go on when all are relieved', () => {
    broadcast({
      given: two,
      events: ' pcdpr s',
      effects: 'PC.QR S',
      where: {
        p: publish('message 0'),
        c: congested(1),
        d: congested(2),
        r: relieved(1),
        s: relieved(2),
        P: [published(own(0), [B, C]), wake('store', 60_000), send([1, 2], own(0, { hop: 1 }))],
        C: [wake('slow', 1001), flow(false)],
        '.': [wake('slow', 1002)],
        Q: [published(own(1, { payload: bytes('message 0') }), [B, C])],
        R: [send([1], own(1, { hop: 1, payload: bytes('message 0') }))],
        S: [send([2], own(1, { hop: 1, payload: bytes('message 0') })), flow(true)],
      },
    });
  });

  it('does not wait for a neighbor that it only sends announcements', () => {
    broadcast({
      given: [...two, publish('message 0'), heard(2, prune(A))],
      events: ' c',
      effects: 'C',
      where: { c: congested(2), C: [wake('slow', 1000)] },
    });
  });

  it('waits for one all the same that is owed what others say for so long that the store might let go of it', () => {
    broadcast({
      settings: { storeBytes: 1500 },
      given: [...begun, publish('message 0'), heard(2, prune(A)), congested(2)],
      events: ' ghr',
      effects: 'GHR',
      where: {
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2, { topic: 'other' })),
        r: relieved(2),
        G: [deliver(gossip(D, 1), B)],
        H: [hold(1), deliver(gossip(D, 2, { topic: 'other' }), B), flow(false)],
        R: [passedOn(1), send([2], gossip(D, 2, { topic: 'other', hop: 2 })), letGo(1), flow(true)],
      },
    });
  });

  it('waits no longer than a second while others keep a link full: then it may go on, until it has its share of what is owed', () => {
    const large = { payload: bytes('x'.repeat(200)) };
    const passed = (sequence: number) => send([2], gossip(D, sequence, { ...large, hop: 2 }));
    broadcast({
      settings: { highWater: 400 },
      given: [...begun, congested(2), heard(1, gossip(D, 1, large))],
      events: ' 500ms t 498ms gh-p 495ms r-r',
      effects: '500ms . 498ms GH-P 495ms R-S',
      where: {
        t: took(2),
        g: heard(1, gossip(D, 2, large)),
        h: heard(1, gossip(D, 3, large)),
        p: publish('x'.repeat(200)),
        r: relieved(2),
        G: [deliver(gossip(D, 2, large), B)],
        H: [deliver(gossip(D, 3, large), B), flow(true)],
        P: [published(own(0, large), [B, C]), send([1], own(0, { ...large, hop: 1 })), flow(false)],
        R: [passed(1), passed(2), wake('slow', 2498)],
        S: [passed(3), send([2], own(0, { ...large, hop: 1 })), flow(true)],
      },
    });
  });

  it('does not wait for a neighbor that is gone', () => {
    broadcast({
      given: [...begun, congested(2)],
      events: ' d',
      effects: 'D',
      where: { d: { type: 'linkDown', link: 2, reason: 'reset' }, D: [flow(true)] },
    });
  });
});

describe('a congested neighbor that takes nothing', () => {
  it('for a second is demoted, and no longer waited for', () => {
    broadcast({ given: begun, ...demoted });
  });

  it('is not one that takes something now and then: that sets the pace', () => {
    broadcast({
      given: begun,
      events: ' c 499ms d 499ms w',
      effects: 'C 499ms . 499ms W',
      where: { ...demoted.where, d: took(2), W: [wake('slow', 1500)] },
    });
  });

  it('as far as we can see, but says something, is demoted a second after that, three seconds after it took something at most', () => {
    const saying = heard(2, ihave(announced(D, 0)));
    broadcast({
      given: begun,
      events: ' c 598ms s 400ms w 599ms v 799ms s 599ms w',
      effects: 'C 598ms . 400ms V 599ms . 799ms . 599ms W',
      where: { ...demoted.where, s: saying, v: saying, V: [wake('slow', 1599)] },
    });
  });

  it('as far as we know, because we were stopped ourselves, is given another second', () => {
    broadcast({
      given: begun,
      events: ' c 3999ms w',
      effects: 'C 3999ms W',
      where: { ...demoted.where, W: [wake('slow', 5000)] },
    });
  });

  it('is sent what it is owed all the same when it is relieved, and is one as the others again', () => {
    broadcast({
      given: begun,
      events: ' cg 998ms whrp',
      effects: 'CG 998ms WHRP',
      where: {
        ...demoted.where,
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(D, 2)),
        r: relieved(2),
        p: congested(2),
        G: [deliver(gossip(D, 1), B)],
        H: [deliver(gossip(D, 2), B)],
        R: [passedOn(1), passedOn(2), hasCaughtUp],
        P: [wake('slow', 2003), flow(false)],
      },
    });
  });

  it('is not waited for while it is still owed something', () => {
    const large = { payload: bytes('x'.repeat(200)) };
    const sent = (sequence: number) => send([2], gossip(D, sequence, { ...large, hop: 2 }));
    broadcast({
      settings: { highWater: 200 },
      given: begun,
      events: ' cgh 997ms w rd s',
      effects: 'CGH 997ms W R. S',
      where: {
        ...demoted.where,
        g: heard(1, gossip(D, 1, large)),
        h: heard(1, gossip(D, 2, large)),
        r: relieved(2),
        d: congested(2),
        s: relieved(2),
        G: [deliver(gossip(D, 1, large), B)],
        H: [deliver(gossip(D, 2, large), B)],
        R: [sent(1), wake('slow', 2001)],
        S: [sent(2), hasCaughtUp],
      },
    });
  });

  it('and takes nothing for ten seconds is dropped, whatever it says meanwhile', () => {
    afterDemotion(' 8998ms qw', ' 8998ms .S', {
      q: heard(2, ihave(announced(D, 0))),
      w: woken('slow'),
      S: [stuck(2, 'it took nothing for 10 s')],
    });
  });

  it('and takes something now and then is not dropped', () => {
    afterDemotion(' 4999ms d 3999ms w', ' 4999ms . 3999ms V', {
      d: took(2),
      V: [wake('slow', 16_000)],
    });
  });
});

describe('what a neighbor is owed', () => {
  it('is bounded: beyond so many runs it is told by marks, when it has been paid', () => {
    broadcast({
      settings: { marksAbove: 1 },
      given: begun,
      events: ' cghr',
      effects: 'CGHR',
      where: {
        c: congested(2),
        g: heard(1, gossip(D, 1)),
        h: heard(1, gossip(B, 0)),
        r: relieved(2),
        C: [wake('slow', 1000), flow(false)],
        G: [deliver(gossip(D, 1), B)],
        H: [deliver(gossip(B, 0), B)],
        R: [passedOn(1), send([2], marks([markOf(D, 2), markOf(B, 1)])), flow(true)],
      },
    });
  });

  it('is paid to the origin first that has waited for longest, whichever was owed first', () => {
    const large = { payload: bytes('x'.repeat(200)) };
    const next = { ...large, topic: 'other' };
    broadcast({
      settings: { highWater: 200 },
      given: [...begun, heard(1, gossip(B, 0)), congested(2)],
      events: ' dbe r r r',
      effects: 'DBE R S T',
      where: {
        d: heard(1, gossip(D, 1, large)),
        b: heard(1, gossip(B, 1, large)),
        e: heard(1, gossip(D, 2, next)),
        r: relieved(2),
        D: [deliver(gossip(D, 1, large), B)],
        B: [deliver(gossip(B, 1, large), B)],
        E: [deliver(gossip(D, 2, next), B)],
        R: [send([2], gossip(D, 1, { ...large, hop: 2 })), wake('slow', 1003)],
        S: [send([2], gossip(B, 1, { ...large, hop: 2 })), wake('slow', 1004)],
        T: [send([2], gossip(D, 2, { ...next, hop: 2 })), flow(true)],
      },
    });
  });

  it('is kept for it, and sent in order, also where a hole was filled meanwhile', () => {
    broadcast({
      settings: { storeBytes: 4000 },
      given: [
        ...[...begun, heard(1, gossip(B, 0)), heard(2, prune(B)), congested(2)],
        ...[heard(1, gossip(D, 2)), heard(1, gossip(D, 1))],
        ...Array.from({ length: 100 }, (_, nr) => heard(1, gossip(B, 1 + nr))),
      ],
      events: ' r',
      effects: 'R',
      where: { r: relieved(2), R: [passedOn(1), passedOn(2)] },
    });
  });

  it('is sent once, also when it asks for it as well', () => {
    broadcast({
      given: [...begun, congested(2), heard(1, gossip(D, 1)), heard(2, graft([run(D, 1)]))],
      events: ' r',
      effects: 'R',
      where: { r: relieved(2), R: [passedOn(1), flow(true)] },
    });
  });

  it('is not looked for one by one where most of it is gone', () => {
    const many = Array.from({ length: 1000 }, (_, i) => heard(1, gossip(D, 1 + i)));
    broadcast({
      settings: { storeBytes: 700 },
      given: [...begun, congested(2), ...many],
      events: ' r',
      effects: 'R',
      where: { r: relieved(2), R: [passedOn(999), passedOn(1000), flow(true)] },
    });
  });
});

describe('a GRAFT', () => {
  it('for more than an outbox may hold is answered in portions', () => {
    const large = { payload: bytes('x'.repeat(100)) };
    const sent = (...sequences: number[]) => sendAll([2], ...sequences.map((one) => onward(one, large)));
    broadcast({
      settings: { highWater: 200 },
      given: [...two, ...[0, 1, 2, 3].map((sequence) => heard(1, gossip(D, sequence, large)))],
      events: ' qc-r',
      effects: 'Q.-R',
      where: {
        q: heard(2, graft([run(D, 0, 3)])),
        c: congested(2),
        r: relieved(2),
        Q: [sent(0, 1), wake('slow', 1000), flow(false)],
        R: [sent(2, 3), flow(true)],
      },
    });
  });

  it('for more than that from one who reads nothing, and was no neighbor when its outbox said so, is waited for a second', () => {
    const large = { payload: bytes('x'.repeat(200)) };
    broadcast({
      settings: { highWater: 200 },
      given: [...two, heard(1, gossip(D, 0, large)), heard(1, gossip(D, 1, large))],
      events: ' q 999ms w',
      effects: 'Q 999ms W',
      where: {
        ...demoted.where,
        q: heard(2, graft([run(D, 0, 1)])),
        Q: [send([2], gossip(D, 0, { ...large, hop: 2 })), wake('slow', 1000), flow(false)],
      },
    });
  });

  it('of a link that is nobody’s neighbor is answered with one portion', () => {
    const large = { payload: bytes('x'.repeat(100)) };
    broadcast({
      settings: { highWater: 100 },
      given: [...two, heard(1, gossip(D, 0, large)), heard(1, gossip(D, 1, large)), ...met(3, E)],
      events: ' q',
      effects: 'Q',
      where: {
        q: heard(3, graft([run(D, 0, 1)])),
        Q: [send([3], gossip(D, 0, { ...large, hop: 2 }))],
      },
    });
  });
});
