import { noProof, type MessageOf } from '../../../lib/protocol/messages.ts';
import {
  A,
  B,
  born,
  broadcastOnly,
  C,
  D,
  deliver,
  down,
  gossip,
  graft,
  heard,
  log,
  markOf,
  marks,
  misbehaved,
  neighborOf,
  play,
  prune,
  publish,
  published,
  run,
  send,
  sign,
  signed,
  verified,
  verify,
  wake,
  woken,
  type Play,
} from '../../support/marbles.ts';

/** Signatures are asked for. Whether one is good is the spec's to say: it answers the question. */
const broadcast = (scene: Omit<Play, 'through'>) =>
  play({ ...scene, settings: { sign: true, ...scene.settings }, through: broadcastOnly });
/** A relay that does not sign, and asks for no signatures. */
const relay = (scene: Omit<Play, 'through'>) => play({ ...scene, through: broadcastOnly });

const proof = new Uint8Array(96).fill(1);
const two = [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, marks())];
const said = (sequence: number, over: Partial<MessageOf<'gossip'>> = {}) =>
  gossip(D, sequence, { proof, ...over });
const passedOn = (sequence: number, to: number) => send([to], said(sequence, { hop: 2 }));
/** Somebody else's text in D's name. */
const forged = (sequence: number) => said(sequence, { payload: new Uint8Array([0]) });

describe('an own message, when we sign', () => {
  const unsigned = gossip(A, 0, { hop: 0 });
  const own = { ...unsigned, proof };

  it('goes out when it has its proof', () => {
    broadcast({
      given: two,
      events: ' p s',
      effects: 'P S',
      where: {
        p: publish('message 0', 7),
        s: signed(own, 7),
        P: [sign(unsigned, 7)],
        S: [published(own, [B, C], 7), wake('store', 60_001), send([1, 2], { ...own, hop: 1 })],
      },
    });
  });

  it('keeps its number, whatever is said before it is signed', () => {
    broadcast({
      given: [born()],
      events: ' pq',
      effects: 'PQ',
      where: {
        p: publish('message 0'),
        q: publish('message 1'),
        P: [sign(unsigned)],
        Q: [sign(gossip(A, 1, { hop: 0 }))],
      },
    });
  });
});

describe('a message of another, when signatures are asked for', () => {
  it('is delivered and passed on once its proof is found good, and leaves no trace before', () => {
    const state = broadcast({
      given: two,
      events: ' g',
      effects: 'G',
      where: { g: heard(1, said(0)), G: [verify(1, said(0))] },
    });
    expect(state.broadcast.origins.byId.size).toBe(0);
    broadcast({
      given: [...two, heard(1, said(0))],
      events: ' v',
      effects: 'V',
      where: {
        v: verified(1, said(0)),
        V: [wake('store', 60_000), passedOn(0, 2), deliver(said(0), B)],
      },
    });
  });

  it('is dropped when its proof is bad, and counts against the link; the true one is taken', () => {
    const state = broadcast({
      given: two,
      events: ' f v g w',
      effects: 'F V G W',
      where: {
        f: heard(1, forged(0)),
        v: verified(1, forged(0), false),
        g: heard(2, said(0)),
        w: verified(2, said(0)),
        F: [verify(1, forged(0))],
        V: [misbehaved(1, 'forged')],
        G: [verify(2, said(0))],
        W: [wake('store', 60_003), passedOn(0, 1), deliver(said(0), C)],
      },
    });
    expect(state.broadcast.proving).toEqual({ copies: new Map(), held: new Map() });
  });

  it('is dropped and counted when it has no proof, and its relay is not blamed', () => {
    const state = broadcast({
      given: two,
      events: ' g',
      effects: '.',
      where: { g: heard(1, said(0, { proof: noProof })) },
    });
    expect(state.counters.unsigned).toBe(1);
    expect(state.broadcast.origins.byId.size).toBe(0);
  });

  it('is checked also when it shows that what was taken for history is none', () => {
    broadcast({
      given: [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(2, marks([markOf(D, 9000)]))],
      events: ' 60001ms f v',
      effects: '60001ms F V',
      where: {
        f: heard(2, forged(7)),
        v: verified(2, forged(7), false),
        F: [verify(2, forged(7))],
        V: [misbehaved(2, 'forged')],
      },
    });
  });

  it('that was dropped is told to the operator now and then, not one by one', () => {
    const bare = said(0, { proof: noProof });
    broadcast({
      given: [...two, heard(1, bare), heard(2, bare), heard(1, bare)],
      events: ' w w',
      effects: 'W X',
      where: {
        w: woken('marks'),
        W: [
          log('warn', 'messages dropped so far: 3 without a signature'),
          send([2], marks([], { reply: true })),
          wake('marks', 10_000),
        ],
        X: [send([2], marks([], { reply: true })), wake('marks', 12_500)],
      },
    });
  });

  it('that is here already, or our own, is not checked again: its link is pruned', () => {
    broadcast({
      given: [...two, heard(1, said(0)), verified(1, said(0))],
      events: ' go',
      effects: 'GO',
      where: {
        g: heard(2, forged(0)),
        o: heard(2, gossip(A, 9)),
        G: [send([2], prune(D))],
        O: [send([2], prune(A))],
      },
    });
  });

  it('that is a hop count beyond reason is dropped, proven or not, and the next copy is checked', () => {
    const far = said(0, { hop: 1001 });
    broadcast({
      given: two,
      events: ' fg vw',
      effects: 'F. VW',
      where: {
        f: heard(1, far),
        g: heard(2, forged(0)),
        v: verified(1, far),
        w: verified(2, forged(0), false),
        F: [verify(1, far)],
        V: [verify(2, forged(0))],
        W: [misbehaved(2, 'forged')],
      },
    });
  });
});

describe('copies that come while the first is being checked', () => {
  it('are not checked when that is good: they only prune their link', () => {
    broadcast({
      given: [...two, heard(1, said(0))],
      events: ' g v',
      effects: '. V',
      where: {
        g: heard(2, said(0)),
        v: verified(1, said(0)),
        V: [wake('store', 60_001), passedOn(0, 2), deliver(said(0), B), send([2], prune(D))],
      },
    });
  });

  it('are tried in turn when that is bad', () => {
    broadcast({
      given: [...two, heard(1, forged(0)), heard(2, said(0))],
      events: ' v w',
      effects: 'V W',
      where: {
        v: verified(1, forged(0), false),
        w: verified(2, said(0)),
        V: [misbehaved(1, 'forged'), verify(2, said(0))],
        W: [wake('store', 60_001), passedOn(0, 1), deliver(said(0), C)],
      },
    });
  });

  it('wait one a link: a forger has its own checked once before the true one', () => {
    const state = broadcast({
      given: [...two, heard(1, forged(0)), heard(1, forged(0)), heard(2, said(0)), heard(1, forged(0))],
      events: ' v w',
      effects: 'V W',
      where: {
        v: verified(1, forged(0), false),
        w: verified(2, said(0)),
        V: [misbehaved(1, 'forged'), verify(2, said(0))],
        W: [wake('store', 60_001), passedOn(0, 1), deliver(said(0), C)],
      },
    });
    expect(state.counters.unverified).toBe(2);
  });

  it('are bounded by bytes, for each link by itself: what is more is dropped, and asked for later', () => {
    // Two of 9 bytes and 256 for the rest of a message.
    const state = broadcast({
      settings: { verifyBytes: 2 * 265 },
      given: [...two, heard(1, said(0)), heard(1, said(1))],
      events: ' ab 250ms vw',
      effects: '.B 250ms VW',
      where: {
        a: heard(1, said(2)),
        b: heard(2, said(3)),
        v: verified(1, said(0)),
        w: verified(2, said(3)),
        B: [verify(2, said(3))],
        V: [wake('store', 60_252), passedOn(0, 2), deliver(said(0), B)],
        W: [wake('repair', 30_253), wake('graft', 503), passedOn(3, 1), deliver(said(3), C)],
      },
    });
    expect(state.counters.unverified).toBe(1);
    expect(state.broadcast.proving.held).toEqual(new Map([[1, 265]]));
  });

  it('and whose link is gone by then, are taken all the same', () => {
    const unseen = { ...B, address: '' };
    broadcast({
      given: [...two, heard(1, said(0)), down(1)],
      events: ' v',
      effects: 'V',
      where: {
        v: verified(1, said(0)),
        V: [wake('store', 60_000), passedOn(0, 2), deliver(said(0), unseen)],
      },
    });
  });
});

describe('the address of an origin that signs', () => {
  const nowhere = gossip({ ...B, address: ':8080' }, 0, { proof });

  it('is passed on as it was said, and shown as its neighbor sees it', () => {
    relay({
      given: two,
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, nowhere),
        G: [
          wake('store', 60_000),
          send([2], { ...nowhere, hop: 2 }),
          deliver({ ...nowhere, address: B.address }, B),
        ],
      },
    });
  });

  it('is none for who has no link to it', () => {
    const far = gossip({ ...D, address: ':8080' }, 0, { proof });
    relay({
      given: two,
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, far),
        G: [wake('store', 60_000), send([2], { ...far, hop: 2 }), deliver({ ...far, address: '' }, B)],
      },
    });
  });
});

describe('a peer that does not ask for signatures', () => {
  it('takes a message as it is, passes its proof on, and gives it to who asks', () => {
    relay({
      given: two,
      events: ' g a',
      effects: 'G A',
      where: {
        g: heard(1, said(0)),
        a: heard(2, graft([run(D, 0)], { eager: false })),
        G: [wake('store', 60_000), passedOn(0, 2), deliver(said(0), B)],
        A: [passedOn(0, 2)],
      },
    });
  });
});
