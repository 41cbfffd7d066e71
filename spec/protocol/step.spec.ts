import fc from 'fast-check';
import type { Alarm, Event } from '../../lib/protocol/events.ts';
import type { Message } from '../../lib/protocol/messages.ts';
import { step } from '../../lib/protocol/step.ts';
import { anyAddress, anyMessage } from '../support/messages.ts';
import {
  A,
  B,
  born,
  bye,
  C,
  congested,
  contact,
  dialFailed,
  dialled,
  disconnect,
  discover,
  down,
  fixed,
  forwardJoin,
  gone,
  gossip,
  graft,
  hangUp,
  heard,
  hello,
  ihave,
  join,
  leave,
  left,
  listening,
  log,
  markOf,
  marks,
  neighbor,
  neighborReply,
  peerState,
  peers,
  ping,
  play,
  pong,
  prune,
  publish,
  refused,
  relieved,
  remoteOf,
  resolved,
  run,
  send,
  shuffle,
  shuffleReply,
  took,
  up,
  wake,
  woken,
} from '../support/marbles.ts';

/** Every alarm there is: a new one does not compile until it is here. */
const alarms = Object.keys({
  links: 0,
  refill: 0,
  idle: 0,
  shuffle: 0,
  probe: 0,
  ihave: 0,
  graft: 0,
  repair: 0,
  store: 0,
  marks: 0,
  slow: 0,
} satisfies Record<Alarm, 0>) as Alarm[];

const env = { now: 0, random: fixed() };

describe('birth', () => {
  it.each([
    ['where it listens', '', '10.0.0.1', '10.0.0.1:8080', '10.0.0.1:8080'],
    ['its port, when it listens everywhere', '', '::', '[::]:8080', ':8080'],
    ['nothing, when nobody can dial it', 'none', '10.0.0.1', '10.0.0.1:8080', ''],
  ])('tells where it is bound, and that it advertises %s', (_, advertise, host, bound, address) => {
    const state = play({
      self: { advertise, address: '' },
      events: ' b',
      effects: 'B',
      where: { b: born(host), B: [listening(bound, address), wake('shuffle', 10_000), wake('probe', 500)] },
    });
    expect(state.self.address).toBe(address);
  });
});

describe('a frame', () => {
  it('that counts is a sign of life, whatever layer it is for', () => {
    play({
      given: [born(), up(1), hello(1, B)],
      events: ' 1900ms g 599ms w',
      effects: '1900ms . 599ms W',
      where: { g: heard(1, gossip(A, 0)), w: woken('links'), W: [wake('links', 4500)] },
    });
  });

  it('before the hello reaches no layer but the links', () => {
    const text = 'gossip before hello';
    play({
      given: [born(), up(1)],
      events: ' g',
      effects: 'G',
      where: {
        g: heard(1, gossip(B, 0)),
        G: [hangUp(1, 'protocol', text), log('warn', `link to ${remoteOf(1)} closed: ${text}`)],
      },
    });
  });
});

describe('a congested link', () => {
  it('that takes something lives: its answer to a PING comes after all that waits for it', () => {
    play({
      given: [born(), up(1), hello(1, B), congested(1)],
      events: ' 2500ms w 999ms w 498ms t 499ms w',
      effects: '2500ms P 999ms Q 498ms . 499ms W',
      where: {
        w: woken('links'),
        t: took(1),
        P: [send([1], ping(1)), wake('links', 3500)],
        Q: [send([1], ping(2)), wake('links', 4500)],
        W: [wake('links', 6500)],
      },
    });
  });
});

describe('leaving', () => {
  it('says goodbye to everyone, and is the last thing a peer does', () => {
    play({
      given: [born(), up(1), hello(1, B), up(2)],
      events: ' l',
      effects: 'L',
      where: { l: leave, L: [hangUp(1, 'leaving'), hangUp(2, 'leaving'), left] },
    });
  });

  it('alone just leaves, even before birth, and once', () => {
    play({ events: ' l-l', effects: 'L-.', where: { l: leave, L: [left] } });
  });

  const after: [string, Event][] = [
    ['a link', up(3)],
    ['a hello', hello(1, B)],
    ['a message', heard(1, gossip(B, 0))],
    ['a ping', heard(1, ping(1))],
    ['a question', heard(1, discover)],
    ['a goodbye', heard(1, bye('done'))],
    ['bytes that are none', refused(1, 'nonsense')],
    ['a link’s end', down(1)],
    ['a failed dial', dialFailed(C.address)],
    ['a lookup', resolved('seed.example:8080', [C.address])],
    ['a publish', publish('late')],
    ['a birth', born()],
    ...alarms.map((alarm): [string, Event] => [`the alarm ${alarm}`, woken(alarm)]),
  ];
  it.each(after)('is final: %s afterwards changes nothing', (_, event) => {
    const given = [born(), up(1), hello(1, B), leave];
    const before = given.reduce((state, one) => step(state, one, env)[0], peerState());
    expect(step(before, event, env)).toEqual([before, []]);
    expect(step(before, event, env)[0]).toBe(before);
  });
});

describe('an event of a link that is gone, or never was', () => {
  const events: [string, Event][] = [
    ['hello', hello(9, B)],
    ['bye', heard(9, bye('leaving'))],
    ['ping', heard(9, ping(1))],
    ['pong', heard(9, pong(1))],
    ['discover', heard(9, discover)],
    ['peers', heard(9, peers(C.address))],
    ['gossip', heard(9, gossip(B, 0))],
    ['refusal', refused(9, 'nonsense')],
    ['end', down(9)],
  ];
  it.each(events)('changes nothing: %s', (_, event) => {
    const before = [born(), up(1), hello(1, C)].reduce((state, one) => step(state, one, env)[0], peerState());
    const [after, effects] = step(before, event, env);
    expect(after).toBe(before);
    expect(effects).toEqual([]);
  });
});

describe('a dial', () => {
  const seeded = { settings: { seeds: [B.address] } };

  it.each([
    ['the one we dialled', B],
    ['the one they dialled', { ...B, id: '0'.repeat(32) }],
  ])('is over when both dialled at once and %s stays, so that the address can be dialled again', (_, who) => {
    const given = [born(), up(1), hello(1, who, { serial: 5 }), dialled(2, B.address)];
    const events = [...given, hello(2, who)];
    const state = events.reduce((before, event) => step(before, event, env)[0], peerState(seeded.settings));
    expect([...state.overlay.dials.keys()]).toEqual([]);
  });

  it('of a seed that fails for the first time is told at info, however long it took', () => {
    let state = peerState(seeded.settings);
    [born(), woken('probe'), woken('probe')].forEach((event, second) => {
      [state] = step(state, event, { ...env, now: 1000 * second });
    });
    const failed = dialFailed(B.address, 'timed out after 2 s');
    const [, told] = step(state, failed, { ...env, now: 2000 });
    expect(told).toEqual([log('info', `no link to ${B.address}: timed out after 2 s; trying again`)]);
  });

  it('that reached ourselves is over, and nobody is told that it is tried again', () => {
    const text = 'a link to ourselves';
    const state = play({
      ...seeded,
      given: [born(), dialled(1, B.address)],
      events: ' h',
      effects: 'H',
      where: {
        h: hello(1, A, { serial: 1 }),
        H: [hangUp(1, 'self', text), log('debug', `link to ${B.address} closed: ${text}`)],
      },
    });
    expect([[...state.overlay.dials.keys()], [...state.overlay.own]]).toEqual([[], [B.address]]);
  });
});

describe('the loser of two links to one process', () => {
  it('makes no neighbor, whatever is still said on it, and leaves none behind when it ends', () => {
    const events = [born(), up(1), hello(1, B), up(2), hello(2, B), heard(2, { type: 'join', probe: false })];
    const lists = (all: readonly Event[]) => {
      const state = all.reduce((before, event) => step(before, event, env)[0], peerState());
      return [...state.overlay.neighbors.keys()].filter((link) => state.links.get(link)?.phase !== 'up');
    };
    expect([lists(events), lists([...events, down(2)])]).toEqual([[], []]);
  });
});

describe('a step', () => {
  const link = fc.integer({ min: 1, max: 8 });
  const someone = fc.constantFrom(A, B, C);
  const serial = fc.nat(5);
  const few = fc.nat(6);
  /** What is off by little: messages about those who are here, with numbers that overlap, and now and then a huge one. */
  const number = fc.oneof({ weight: 9, arbitrary: few }, { weight: 1, arbitrary: fc.maxSafeNat() });
  const someRun = fc
    .tuple(someone, number, number)
    .map(([who, one, two]) => run(who, Math.min(one, two), Math.max(one, two)));
  const closeMessage: fc.Arbitrary<Message> = fc.oneof(
    fc.tuple(someone, number, few).map(([who, sequence, hop]) => gossip(who, sequence, { hop })),
    fc.array(fc.tuple(someRun, few)).map((ids) => ihave(...ids.map(([of, hop]) => ({ ...of, hop })))),
    fc
      .tuple(fc.array(someRun), fc.boolean(), fc.boolean())
      .map(([ids, eager, payload]) => graft(ids, { eager, payload })),
    fc.array(someRun).map((ids) => gone(...ids)),
    someone.map(prune),
    fc.tuple(fc.array(fc.tuple(someone, number)), fc.boolean(), fc.boolean()).map(([list, last, reply]) =>
      marks(
        list.map(([who, high]) => markOf(who, high)),
        { last, reply },
      ),
    ),
    fc.boolean().map(join),
    fc.boolean().map(neighbor),
    fc.boolean().map(neighborReply),
    fc.tuple(someone, number).map(([{ address }, ttl]) => forwardJoin(address, ttl)),
    fc
      .tuple(someone, number)
      .map(([{ address }, ttl]) => shuffle(address, ttl, contact(B.address), contact(C.address, 3))),
    fc.constantFrom(disconnect, discover, shuffleReply(contact(C.address)), peers(B.address, C.address)),
  );
  /** A few links, much nonsense: hostile messages and events in any order, and time that may stand still. */
  const anyEvent: fc.Arbitrary<Event> = fc.oneof(
    { weight: 2, arbitrary: link.map(up) },
    fc.tuple(link, anyAddress).map(([id, address]) => dialled(id, address)),
    {
      weight: 4,
      arbitrary: fc
        .tuple(link, someone, serial, fc.nat(1))
        .map(([id, who, nr, epoch]) => hello(id, who, { serial: nr, epoch })),
    },
    { weight: 4, arbitrary: fc.tuple(link, anyMessage).map(([id, message]) => heard(id, message)) },
    { weight: 6, arbitrary: fc.tuple(link, closeMessage).map(([id, message]) => heard(id, message)) },
    fc.tuple(link, fc.string()).map(([id, reason]) => refused(id, reason)),
    link.map((id) => down(id)),
    {
      weight: 3,
      arbitrary: fc
        .tuple(link, fc.constantFrom(congested, took, relieved))
        .map(([id, pressure]) => pressure(id)),
    },
    anyAddress.map((address) => dialFailed(address)),
    fc.tuple(anyAddress, fc.array(anyAddress)).map(([seed, addresses]) => resolved(seed, addresses)),
    { weight: 2, arbitrary: fc.constantFrom(...alarms).map(woken) },
    fc.string().map((text) => publish(text)),
    fc.constant(born()),
  );
  /** A link has a number of its own, whoever dialled it. */
  const numbered = (events: readonly (readonly [number, Event])[]) => {
    let last = 0;
    return events.map(([ms, event]): readonly [number, Event] => [
      ms,
      event.type === 'linkUp' ? { ...event, link: ++last } : event,
    ]);
  };
  const turns = fc
    .array(fc.tuple(fc.nat(3000), anyEvent), { maxLength: 80, size: 'max' })
    .map((events) => numbered(events));

  it('never throws, and asks only for what can be done, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(
        turns,
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        (events, dice) => {
          let state = peerState({ seeds: [B.address, 'seed.example:8080'] });
          let now = 0;
          for (const [ms, event] of [[0, born()] as const, ...events]) {
            now += ms;
            const before = state;
            const [next, effects] = step(state, event, { now, random: () => dice.next().value as number });
            state = next;
            const known = new Set([...before.links.keys(), ...state.links.keys()]);
            // One that is not let in is told so.
            if (event.type === 'linkUp') known.add(event.link);
            for (const effect of effects) {
              if (effect.type === 'wake') expect(effect.at).toBeGreaterThanOrEqual(now);
              if (effect.type === 'send') expect(effect.links.filter((id) => !known.has(id))).toEqual([]);
              if (effect.type === 'hangUp' || effect.type === 'cut') expect(known).toContain(effect.link);
              if (effect.type === 'dial') expect(effect.address).not.toBe('');
            }
            const { neighbors, passive } = state.overlay;
            expect(neighbors.size).toBeLessThanOrEqual(state.settings.activeView);
            expect(passive.size).toBeLessThanOrEqual(state.settings.passiveView);
            // The neighbors are links that count.
            for (const id of state.overlay.neighbors.keys()) expect(state.links.get(id)?.phase).toBe('up');
            for (const { owed, runs } of state.broadcast.slow.values())
              expect([...owed.values()].flat()).toHaveLength(runs);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives the same for the same, twice', () => {
    const run = (events: readonly (readonly [number, Event])[]) => {
      let [state, now] = [peerState({ seeds: [B.address] }), 0];
      return events.map(([ms, event]) => {
        now += ms;
        const [next, effects] = step(state, event, { now, random: fixed() });
        state = next;
        return effects;
      });
    };
    fc.assert(fc.property(turns, (events) => expect(run(events)).toEqual(run(events))));
  });
});
