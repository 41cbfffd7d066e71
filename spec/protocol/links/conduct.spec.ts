import { defaults } from '../../../lib/options.ts';
import { misbehaviours, type Misbehaviour } from '../../../lib/protocol/links/misbehaviour.ts';
import { createCounters } from '../../../lib/protocol/counters.ts';
import { bannedFor, blame, createConduct, misbehaved } from '../../../lib/protocol/links/conduct.ts';
import type { LinkState } from '../../../lib/protocol/links/links.ts';
import { firstPulse } from '../../../lib/protocol/links/liveness.ts';
import { createMeter } from '../../../lib/protocol/links/meter.ts';
import type { Event } from '../../../lib/protocol/events.ts';
import {
  A,
  B,
  C,
  hangUp,
  heard,
  hello,
  helloOf,
  ihave,
  linksOnly,
  log,
  peerDown,
  peerMoved,
  peerUp,
  ping,
  play,
  pong,
  refused,
  send,
  up,
  wake,
  type Play,
} from '../../support/marbles.ts';

const links = (scene: Omit<Play, 'through'>) => play({ ...scene, through: linksOnly });
const did = (link: number, what: Misbehaviour) => misbehaved(link, what) as unknown as Event;

const linkOf = (over: Partial<LinkState> = {}): LinkState => ({
  id: 1,
  remote: '10.0.0.2:40001',
  dialled: '',
  phase: 'up',
  openedAt: 0,
  serial: 0,
  peer: B,
  drainedAt: Infinity,
  pulse: firstPulse(0),
  meter: createMeter(0),
  ...over,
});

describe('a misbehaving peer', () => {
  const scene = (link = linkOf(), settings: Partial<typeof defaults> = {}) => {
    const [conduct, counters] = [createConduct(), createCounters()];
    return {
      counters,
      conduct,
      does: (what: Misbehaviour, now: number) =>
        blame(conduct, counters, link, what, { ...defaults, ...settings }, now),
    };
  };

  it('is banned at 100 points, for 10 s, then twice as long each time, at most 10 minutes', () => {
    const { does } = scene();
    let now = 0;
    const bans = Array.from({ length: 9 }, () => {
      const ban = does('malformed', now);
      now += ban;
      return ban / 1000;
    });
    expect(bans).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
  });

  it('is forgiven a point a second, and its bans when it was good for twenty minutes', () => {
    const { does } = scene();
    expect([0, 1000, 2000, 3000].map((now) => does('unanswered', now))).toEqual([0, 0, 0, 0]);
    expect(does('unanswered', 4000)).toBe(10_000);
    const [slow, again] = [scene(), scene()];
    expect([0, 30, 60, 90, 120, 150].map((s) => slow.does('unanswered', s * 1000))).toEqual(
      Array.from({ length: 6 }, () => 0),
    );
    expect([0, 10_000, 1_230_001].map((now) => again.does('malformed', now))).toEqual([
      10_000, 20_000, 10_000,
    ]);
  });

  it('is known by its id as seen from its host, because anyone may claim an id', () => {
    const { conduct, does } = scene();
    does('malformed', 0);
    expect(bannedFor(conduct, `${B.id}@10.0.0.2`, 1)).toBe(9999);
    expect(bannedFor(conduct, `${B.id}@10.0.0.9`, 1)).toBe(0);
    expect(bannedFor(conduct, '10.0.0.2', 1)).toBe(0);
    expect(bannedFor(conduct, `${B.id}@10.0.0.2`, 10_000)).toBe(0);
  });

  it('before its hello is known by its host; on loopback that would be everyone, unless an option says so', () => {
    const stranger = linkOf({ peer: undefined });
    const local = linkOf({ peer: undefined, remote: '127.0.0.2:40001' });
    expect(scene(stranger).does('malformed', 0)).toBe(10_000);
    expect(scene(local).does('malformed', 0)).toBe(0);
    expect(scene(local, { limitLoopback: 1 }).does('malformed', 0)).toBe(10_000);
  });

  it('is counted by what it did, and 1024 of them are remembered, the latest', () => {
    const [conduct, counters] = [createConduct(), createCounters()];
    for (let i = 0; i < 2000; i++)
      blame(conduct, counters, linkOf({ peer: { ...B, id: String(i) } }), 'malformed', defaults, i);
    expect(conduct.size).toBe(1024);
    expect([...conduct.keys()].at(-1)).toBe('1999@10.0.0.2');
    expect(counters).toMatchObject({ malformed: 2000, bans: 2000 });
  });

  it('has a weight for everything it can do', () => {
    for (const weight of Object.values(misbehaviours)) expect(weight).toBeGreaterThan(0);
  });
});

describe('past the line', () => {
  it('a link is closed, and its peer is not taken back for 10 s; then it is', () => {
    const text = 'it is not taken back for 10 s';
    const from = '10.0.0.2:40002';
    const reason = 'left questions unanswered: banned for 10 s';
    links({
      given: [up(1), hello(1, B), ...Array.from({ length: 3 }, () => did(1, 'unanswered'))],
      events: ' muh 9999ms vi',
      effects: 'MUH 9999ms VI',
      where: {
        m: did(1, 'unanswered'),
        u: up(2, from),
        h: hello(2, B),
        v: up(3, from),
        i: hello(3, B),
        M: [
          hangUp(1, 'banned', reason),
          log('warn', `link to 10.0.0.2:40001 closed: ${reason}`),
          peerDown(1, B, reason),
        ],
        U: [send([2], helloOf(A)), wake('links', 5250)],
        H: [hangUp(2, 'banned', text), log('debug', `link to ${from} closed: ${text}`)],
        V: [send([3], helloOf(A)), wake('links', 15_250)],
        I: [peerUp(3), wake('links', 12_500)],
      },
    });
  });

  it('a link that said no hello has its host banned, and what comes from there is not let in', () => {
    const text = '10.0.0.2 is not taken back for 10 s';
    const from = '10.0.0.2:40009';
    const state = links({
      given: [up(1), refused(1, 'frame of 0 bytes')],
      events: ' u',
      effects: 'U',
      where: {
        u: up(2, from),
        U: [hangUp(2, 'banned', text), log('debug', `link from ${from} not taken: ${text}`)],
      },
    });
    expect(state.counters).toMatchObject({ malformed: 1, bans: 1, banned: 1 });
    expect(state.links.size).toBe(0);
  });
});

describe('a hello in the name of another', () => {
  const reason = 'a live link has its id, from another address';
  it('does not push out the link that is alive, whoever says it again', () => {
    const state = links({
      given: [up(1), hello(1, B)],
      events: ' uh',
      effects: 'UH',
      where: {
        u: up(7),
        h: hello(7, B, { serial: 99 }),
        U: [send([7], helloOf(A)), wake('links', 2500)],
        H: [hangUp(7, 'protocol', reason), log('warn', `link to 10.0.0.8:40007 closed: ${reason}`)],
      },
    });
    expect([...state.links.keys()]).toEqual([1]);
    expect(state.counters.impostor).toBe(1);
  });

  it('is believed when the old link has left a ping unanswered: the peer has moved', () => {
    const state = links({
      given: [up(1), hello(1, B)],
      events: ' 3500ms uh',
      effects: '3500ms UH',
      where: {
        u: up(7),
        h: hello(7, B, { serial: 99 }),
        U: [send([7], helloOf(A)), wake('links', 3501)],
        H: [peerMoved(1, 7), wake('links', 4750)],
      },
    });
    expect(state.links.get(7)?.phase).toBe('up');
  });
});

it('what is of an unknown type is counted, and nothing else', () => {
  const state = links({
    given: [up(1), hello(1, B)],
    events: ' ii',
    effects: '..',
    where: { i: { type: 'ignored', link: 1 } },
  });
  expect(state.counters.unknownTypes).toBe(2);
});

describe('too much in a second', () => {
  it('is no misbehaviour when there is no limit, which is the default', () => {
    const state = play({
      given: [up(1), hello(1, B), ...Array.from({ length: 1000 }, () => heard(1, pong(7)))],
      events: ' |',
      effects: '|',
      where: {},
    });
    expect(state.counters.tooFast).toBe(0);
  });

  it('is counted once a second, handled all the same, and costs the link in the fourth', () => {
    const reason = 'sent more in a second than is taken: banned for 10 s';
    const state = play({
      settings: { maxMessageRate: 2, scoreFades: 0 },
      given: [up(1), hello(1, B)],
      events: ' ppp 997ms ppp 997ms ppp 997ms ppp',
      effects: 'PPP 997ms PPP 997ms PPP 997ms PPX',
      where: {
        p: heard(1, ping(3)),
        P: [send([1], pong(3))],
        X: [hangUp(1, 'banned', reason), log('warn', `link to 10.0.0.2:40001 closed: ${reason}`)],
      },
    });
    expect(state.counters.tooFast).toBe(4);
  });

  it('is counted in bytes too', () => {
    const big = { ...heard(1, ihave()), size: 600 } as Event;
    const state = play({
      settings: { maxByteRate: 1000 },
      given: [up(1), hello(1, C), big, big],
      events: ' |',
      effects: '|',
      where: {},
    });
    expect(state.counters.tooFast).toBe(1);
  });
});
