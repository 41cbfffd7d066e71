import { defaults } from '../../../lib/options.ts';
import {
  A,
  B,
  bye,
  C,
  cut,
  dialFailed,
  dialled,
  discover,
  down,
  hangUp,
  heard,
  hello,
  helloOf,
  leave,
  linksOnly,
  log,
  metSelf,
  peerDown,
  peerMoved,
  peerUp,
  ping,
  play,
  pong,
  refused,
  remoteOf,
  send,
  stuck,
  up,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

const links = (scene: Omit<Play, 'through'>) => play({ ...scene, through: linksOnly });
const seenFrom = (link: number) => remoteOf(link);
/** Where link 1 comes from, another port. */
const sameHost = '10.0.0.2:40002';

describe('hello', () => {
  it('is said on every new link, and asked for within 5 s', () => {
    links({
      events: ' u-d-',
      effects: 'U-D-',
      where: {
        u: up(1),
        d: dialled(2, B.address),
        U: [send([1], helloOf(A)), wake('links', 5000)],
        D: [send([2], helloOf(A, { serial: 2 })), wake('links', 5000)],
      },
    });
  });

  it('of the other makes the link count, and a ping due on the next beat', () => {
    links({
      given: [up(1)],
      events: ' --h-',
      effects: '--H-',
      where: {
        h: hello(1, B),
        H: [peerUp(1), wake('links', 2500)],
      },
    });
  });

  it('that says only a port is introduced at the address we see', () => {
    const state = links({
      given: [up(1)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, { ...B, address: ':8080' }),
        H: [peerUp(1), wake('links', 2500)],
      },
    });
    expect(state.links.get(1)?.peer).toEqual({ ...B, address: '10.0.0.2:8080' });
  });

  it('that does not come in time ends the link, and the dial that brought it has failed', () => {
    const text = 'no hello within 5000 ms';
    links({
      events: ' ud 4998ms --|',
      effects: 'UD 4998ms S-|',
      where: {
        u: up(1),
        d: dialled(2, B.address),
        U: [send([1], helloOf(A)), wake('links', 5000)],
        D: [send([2], helloOf(A, { serial: 2 })), wake('links', 5000)],
        S: [
          hangUp(1, 'timeout', text),
          log('warn', `link to ${seenFrom(1)} closed: ${text}`),
          wake('links', 5250),
        ],
      },
      alarmsRing: true,
    });
  });

  it('that does not come in time on a link we dialled is a failed dial', () => {
    const text = 'no hello within 5000 ms';
    links({
      events: ' d 4999ms --|',
      effects: 'D 4999ms S-|',
      where: {
        d: dialled(1, B.address),
        D: [send([1], helloOf(A, { serial: 1 })), wake('links', 5000)],
        S: [
          hangUp(1, 'timeout', text),
          log('warn', `link to ${B.address} closed: ${text}`),
          dialFailed(B.address, text),
        ],
      },
      alarmsRing: true,
    });
  });

  it('may be said once: a second ends the link', () => {
    links({
      given: [up(1), hello(1, B)],
      events: ' h-h',
      effects: 'H-.',
      where: {
        h: hello(1, B),
        H: [
          hangUp(1, 'protocol', 'a second hello'),
          log('warn', `link to ${seenFrom(1)} closed: a second hello`),
          peerDown(1, B, 'a second hello'),
        ],
      },
    });
  });

  it('comes before anything but links’ own small talk: any other message before it ends the link', () => {
    const text = 'discover before hello';
    links({
      given: [up(1)],
      events: ' p-d',
      effects: 'P-D',
      where: {
        p: heard(1, ping(3)),
        d: heard(1, discover),
        P: [send([1], pong(3))],
        D: [hangUp(1, 'protocol', text), log('warn', `link to ${seenFrom(1)} closed: ${text}`)],
      },
    });
  });

  it.each([
    ['only newer versions', { min: 2, max: 3 }, 'it speaks protocol 2..3, we speak 1..1'],
    ['only older versions', { min: 0, max: 0 }, 'it speaks protocol 0..0, we speak 1..1'],
  ])('of a peer that speaks %s ends the link', (_, versions, text) => {
    links({
      given: [up(1)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, B, versions),
        H: [hangUp(1, 'version', text), log('warn', `link to ${seenFrom(1)} closed: ${text}`)],
      },
    });
  });

  it('of a peer that speaks our version among others is accepted', () => {
    links({
      given: [up(1)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, B, { min: 0, max: 9 }),
        H: [peerUp(1), wake('links', 2500)],
      },
    });
  });

  it('of another cluster ends the link, and says which is which', () => {
    const text = 'it is of cluster "staging", we are of "live"';
    links({
      settings: { cluster: 'live' },
      given: [up(1)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, B, { cluster: 'staging' }),
        H: [hangUp(1, 'cluster', text), log('warn', `link to ${seenFrom(1)} closed: ${text}`)],
      },
    });
  });

  it('of ourselves ends the link quietly, and the dialled address is known as our own', () => {
    const text = 'a link to ourselves';
    links({
      given: [dialled(1, 'localhost:8080'), up(2)],
      events: ' d-a',
      effects: 'D-E',
      where: {
        d: hello(1, A),
        a: hello(2, A, { serial: 1 }),
        D: [
          hangUp(1, 'self', text),
          log('debug', `link to localhost:8080 closed: ${text}`),
          metSelf('localhost:8080'),
        ],
        E: [hangUp(2, 'self', text), log('debug', `link to ${seenFrom(2)} closed: ${text}`)],
      },
    });
  });

  it('with our own id and another epoch is an error: somebody has a copy of our state', () => {
    const text = 'it has our own peer id: a cloned state directory or key';
    links({
      given: [up(1)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, { ...A, epoch: 77 }),
        H: [hangUp(1, 'clone', text), log('error', `link to ${seenFrom(1)} closed: ${text}`)],
      },
    });
  });
});

describe('bye', () => {
  const done = (link: number) => hangUp(link, 'done');

  it('of a peer that leaves takes it down as one that left, and our end is closed too', () => {
    links({
      given: [up(1), hello(1, B)],
      events: ' b-d',
      effects: 'B-.',
      where: {
        b: heard(1, bye('leaving')),
        d: down(1),
        B: [peerDown(1, B, 'left', 'left'), done(1)],
      },
    });
  });

  it('for another reason takes it down with what it said', () => {
    links({
      given: [up(1), hello(1, B)],
      events: ' b',
      effects: 'B',
      where: {
        b: heard(1, bye('protocol', 'gossip.hop: an integer')),
        B: [
          peerDown(1, B, 'it said: gossip.hop: an integer', 'parted'),
          log('warn', `${seenFrom(1)} refused us: gossip.hop: an integer`),
          done(1),
        ],
      },
    });
  });

  it('instead of a hello is a failed dial', () => {
    const text = 'it is of cluster "a", we are of "b"';
    links({
      given: [dialled(1, B.address)],
      events: ' b',
      effects: 'B',
      where: {
        b: heard(1, bye('cluster', text)),
        B: [
          dialFailed(B.address, `it said: ${text}`),
          log('warn', `${B.address} refused us: ${text}`),
          done(1),
        ],
      },
    });
  });

  it('is said to everyone when we leave: links that count, that greet and that are retired', () => {
    links({
      given: [up(1), hello(1, B), up(2, sameHost), hello(2, B, { serial: 8 }), up(3), dialled(4, C.address)],
      events: ' l',
      effects: 'L',
      where: {
        l: leave,
        L: [hangUp(1, 'leaving'), hangUp(2, 'leaving'), hangUp(3, 'leaving'), hangUp(4, 'leaving')],
      },
    });
  });

  it('carries at most 255 bytes of text, of which the other end’s may be any', () => {
    const reason = 'ü'.repeat(300);
    links({
      given: [up(1)],
      events: ' r',
      effects: 'R',
      where: {
        r: refused(1, reason),
        R: [hangUp(1, 'protocol', 'ü'.repeat(85)), log('warn', `link to ${seenFrom(1)} closed: ${reason}`)],
      },
    });
  });
});

describe('a link that goes down', () => {
  it('takes its peer with it, with the reason', () => {
    links({
      given: [up(1), hello(1, B)],
      events: ' d',
      effects: 'D',
      where: {
        d: down(1, 'connection reset by the other end'),
        D: [peerDown(1, B, 'connection reset by the other end')],
      },
    });
  });

  it('before the hello tells nobody, or fails the dial that brought it', () => {
    links({
      given: [up(1), dialled(2, B.address)],
      events: ' ad',
      effects: '.D',
      where: {
        a: down(1),
        d: down(2, 'closed by the other end'),
        D: [dialFailed(B.address, 'closed by the other end')],
      },
    });
  });

  it('for bytes that are no message is told why, and so are we', () => {
    const reason = 'gossip.payload: expected at most 8 bytes';
    links({
      given: [up(1), hello(1, B)],
      events: ' r',
      effects: 'R',
      where: {
        r: refused(1, reason),
        R: [
          hangUp(1, 'protocol', reason),
          log('warn', `link to ${seenFrom(1)} closed: ${reason}`),
          peerDown(1, B, reason),
        ],
      },
    });
  });

  it('on which nothing can be said any more is cut without a goodbye, and we are told why', () => {
    links({
      given: [up(1), hello(1, B)],
      events: ' s-d',
      effects: 'S-.',
      where: {
        s: stuck(1, 'more waits for it than may'),
        d: down(1),
        S: [
          cut(1),
          log('warn', `${seenFrom(1)} is too slow: more waits for it than may`),
          peerDown(1, B, 'too slow: more waits for it than may'),
        ],
      },
    });
  });

  it('twice is down once', () => {
    links({
      given: [up(1), hello(1, B), down(1)],
      events: ' dhr',
      effects: '...',
      where: {
        d: down(1),
        h: hello(1, B),
        r: refused(1, 'nonsense'),
      },
    });
  });
});

describe('ping', () => {
  it('is answered with its number', () => {
    links({
      given: [up(1), hello(1, B)],
      events: ' p',
      effects: 'P',
      where: {
        p: heard(1, ping(41)),
        P: [send([1], pong(41))],
      },
    });
  });

  it('goes out after 2.5 s of quiet, and after two, a second apart, without an answer the peer is dead and the link cut', () => {
    links({
      given: [up(1)],
      events: ' h 2499ms - 999ms - 999ms - -|',
      effects: 'H 2499ms P 999ms Q 999ms D -|',
      where: {
        h: hello(1, B),
        H: [peerUp(1), wake('links', 2500)],
        P: [send([1], ping(1)), wake('links', 3500)],
        Q: [send([1], ping(2)), wake('links', 4500)],
        D: [cut(1), peerDown(1, B, 'no answer to 2 pings')],
      },
      alarmsRing: true,
    });
  });

  it('is not needed while anything is heard: any frame is a sign of life', () => {
    links({
      given: [up(1)],
      events: ' h 1999ms p 499ms - 1999ms -|',
      effects: 'H 1999ms A 499ms S 1999ms P|',
      where: {
        h: hello(1, B),
        p: heard(1, ping(7)),
        H: [peerUp(1), wake('links', 2500)],
        A: [send([1], pong(7))],
        S: [wake('links', 4500)],
        P: [send([1], ping(1)), wake('links', 5500)],
      },
      alarmsRing: true,
    });
  });

  it('starts over after any frame, not only after its own answer', () => {
    links({
      given: [up(1)],
      events: ' h 2499ms - 999ms - 499ms p 499ms - 1999ms -|',
      effects: 'H 2499ms P 999ms Q 499ms A 499ms S 1999ms R|',
      where: {
        h: hello(1, B),
        p: heard(1, ping(7)),
        H: [peerUp(1), wake('links', 2500)],
        P: [send([1], ping(1)), wake('links', 3500)],
        Q: [send([1], ping(2)), wake('links', 4500)],
        A: [send([1], pong(7))],
        S: [wake('links', 6500)],
        R: [send([1], ping(3)), wake('links', 7500)],
      },
      alarmsRing: true,
    });
  });

  it('measures the round trip, smoothed', () => {
    const state = links({
      given: [up(1)],
      events: ' h 2499ms - 79ms p 2419ms - 9ms q|',
      effects: 'H 2499ms P 79ms A 2419ms Q 9ms B|',
      where: {
        h: hello(1, B),
        p: heard(1, pong(1)),
        q: heard(1, pong(2)),
        H: [peerUp(1), wake('links', 2500)],
        P: [send([1], ping(1)), wake('links', 3500)],
        A: [wake('links', 5000, true)],
        Q: [send([1], ping(2)), wake('links', 6250)],
        B: [wake('links', 7500, true)],
      },
      alarmsRing: true,
    });
    expect(state.links.get(1)?.pulse.rtt).toBe((7 * 80 + 10) / 8);
  });

  const D = { ...C, id: 'd'.repeat(32) };

  it('goes to every quiet link in one wake-up, and not to one that was heard', () => {
    links({
      given: [up(1), hello(1, B), up(2), hello(2, C), up(3), hello(3, D)],
      events: ' 2s p 499ms w',
      effects: '2s . 499ms P',
      where: {
        p: heard(2, pong(7)),
        w: woken('links'),
        P: [send([1], ping(1)), send([3], ping(1)), wake('links', 3500)],
      },
    });
  });

  it('goes out on the beat, a little early if need be, so that one wake-up does for all links', () => {
    links({
      given: [up(1), hello(1, B), up(2), hello(2, C)],
      events: ' 200ms t 2299ms - 9ms ab 2488ms -|',
      effects: '200ms . 2299ms P 9ms .B 2488ms Q|',
      where: {
        t: heard(2, pong(7)),
        a: heard(1, pong(1)),
        b: heard(2, pong(1)),
        P: [send([1], ping(1)), send([2], ping(1)), wake('links', 3500)],
        // All have answered: nobody has to be woken before the next beat.
        B: [wake('links', 5000, true)],
        Q: [send([1], ping(2)), send([2], ping(2)), wake('links', 6250)],
      },
      alarmsRing: true,
    });
  });

  it('does not go out on a link that we dialled: there the other end begins', () => {
    links({
      given: [up(1), hello(1, B), dialled(2, C.address), hello(2, C)],
      events: ' 1s t 1499ms w',
      effects: '1s . 1499ms P',
      where: {
        t: heard(2, pong(7)),
        w: woken('links'),
        P: [send([1], ping(1)), wake('links', 3500)],
      },
    });
  });
});

describe('two links to one process', () => {
  const [low, high] = [
    { ...B, id: '0'.repeat(32) },
    { ...B, id: 'f'.repeat(32) },
  ];

  it('dialled by both at once keep the one that the lower id dialled: theirs', () => {
    links({
      given: [dialled(1, low.address), hello(1, low)],
      events: ' u-h',
      effects: 'U-M',
      where: {
        u: up(2),
        h: hello(2, low, { serial: 5 }),
        U: [send([2], helloOf(A)), wake('links', 2500)],
        M: [peerMoved(1, 2), wake('links', 2500)],
      },
    });
  });

  it('dialled by both at once keep the one that the lower id dialled: ours', () => {
    links({
      given: [dialled(1, high.address), hello(1, high)],
      events: ' u-h',
      effects: 'U-M',
      where: {
        u: up(2),
        h: hello(2, high, { serial: 5 }),
        U: [send([2], helloOf(A)), wake('links', 2500)],
        M: [peerMoved(2, 1), wake('links', 1250)],
      },
    });
  });

  it('dialled by the same end keep the one dialled later, whichever hello came first', () => {
    links({
      given: [up(1), up(2, sameHost), hello(2, B, { serial: 6 })],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, B, { serial: 5 }),
        H: [peerMoved(1, 2), wake('links', 1000)],
      },
    });
    links({
      given: [up(1), up(2, sameHost), hello(1, B, { serial: 5 })],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(2, B, { serial: 6 }),
        H: [peerMoved(1, 2), wake('links', 1000)],
      },
    });
  });

  it('keep the newer when the older is older than a hello may take: it is half open', () => {
    links({
      given: [dialled(1, high.address), hello(1, high)],
      events: ` ${defaults.helloTimeout}ms u h`,
      effects: `${defaults.helloTimeout}ms U M`,
      where: {
        u: up(2),
        h: hello(2, high, { serial: 5 }),
        U: [send([2], helloOf(A)), wake('links', 5001)],
        M: [peerMoved(1, 2), wake('links', 6250)],
      },
    });
  });

  const ended = [hangUp(2, 'duplicate'), log('debug', `link to ${seenFrom(2)} closed: duplicate`)];

  it('drain the loser for a second, read it until then, and end it without a word to people', () => {
    links({
      given: [dialled(1, high.address), hello(1, high), up(2)],
      events: ' h 299ms p 699ms - -|',
      effects: 'H 299ms P 699ms R -|',
      where: {
        h: hello(2, high, { serial: 5 }),
        p: heard(2, ping(9)),
        H: [peerMoved(2, 1), wake('links', 1000)],
        P: [send([2], pong(9))],
        R: [...ended, wake('links', 2500)],
      },
      alarmsRing: true,
    });
  });

  it('leave the end of the loser to the lower id; the other does it after 5 s, if that was forgotten', () => {
    links({
      given: [up(1), hello(1, low, { serial: 5 }), dialled(2, low.address), hello(2, low)],
      // It goes on talking on the one that stayed, so that one is not pinged.
      events: ' 2400ms t 2399ms t 199ms w',
      effects: '2400ms . 2399ms . 199ms W',
      where: {
        t: heard(1, pong(7)),
        w: woken('links'),
        W: [
          hangUp(2, 'duplicate'),
          log('debug', `link to ${low.address} closed: duplicate`),
          wake('links', 7500),
        ],
      },
    });
  });

  it('of which the other end closes the loser first: nobody is told', () => {
    links({
      given: [dialled(1, low.address), hello(1, low), up(2), hello(2, low, { serial: 5 })],
      events: ' b-d',
      effects: 'B-.',
      where: {
        b: heard(1, bye('duplicate')),
        d: down(1),
        B: [hangUp(1, 'done')],
      },
    });
  });

  it('of a process that was restarted: the ghost is cut and reported gone before the new one is up', () => {
    const restarted = { ...B, epoch: B.epoch + 1 };
    links({
      given: [up(1), hello(1, B), up(2, sameHost)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(2, restarted),
        H: [cut(1), peerDown(1, B, 'replaced by a newer process'), peerUp(2), wake('links', 2500)],
      },
    });
  });
});

describe('what happens beside the links', () => {
  const failed = { type: 'handshakeFailed', remote: '10.0.0.9:1234' } as const;

  it('is logged: who was refused (one that did not even try only for those who ask), and what became of credentials', () => {
    links({
      events: ' h-i-c-',
      effects: 'H-I-C-',
      where: {
        h: { ...failed, reason: 'it shows no certificate', idle: false },
        i: { ...failed, reason: 'no TLS handshake within 5 s', idle: true },
        c: { type: 'credentials', level: 'error', text: 'secret.txt: no such file' },
        H: [log('warn', '10.0.0.9:1234 was refused: it shows no certificate')],
        I: [log('debug', '10.0.0.9:1234 was refused: no TLS handshake within 5 s')],
        C: [log('error', 'secret.txt: no such file')],
      },
    });
  });
});
