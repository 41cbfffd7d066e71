import fc from 'fast-check';
import type { Event } from '../../../lib/protocol/events.ts';
import { messagesOf, type Message } from '../../../lib/protocol/messages.ts';
import { pieceOf } from '../../../lib/protocol/pieces.ts';
import { burstFrom } from '../../support/messages.ts';
import {
  A,
  announced,
  B,
  born,
  bytes,
  C,
  congested,
  D,
  E,
  gone,
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
  relieved,
  run,
  wake,
  woken,
} from '../../support/marbles.ts';
import { burst, stepping } from '../../support/stepping.ts';

const three = [born(), ...neighborOf(1, B), ...neighborOf(2, C), ...neighborOf(3, E), heard(1, marks())];
const publishAll = (ref: number, texts: readonly string[], topic = ''): Event => ({
  ...{ type: 'publishBurst', ref, topic, pieces: texts.map((text) => pieceOf(bytes(text))) },
});

describe('a burst', () => {
  it('is delivered and passed on at once', () => {
    const texts = ['one', 'two'];
    const { first, pieces } = burst(1, 1, texts);
    play({
      given: [...three, heard(1, gossip(D, 0)), heard(3, prune(D)), woken('ihave')],
      events: ' b',
      effects: 'B',
      where: {
        b: burst(1, 1, texts),
        B: [
          wake('ihave', 50),
          { type: 'sendBurst', links: [2], first: { ...first, hop: 2 }, pieces },
          { type: 'deliverBurst', first, pieces, via: B.address },
        ],
      },
    });
  });

  it('is the same whether it is read as one, or as a BURST that nobody has looked into', () => {
    const payloads = ['one', 'two'].map(bytes);
    const message = burstFrom(gossip(D, 1), payloads);
    const [one, other] = [stepping(), stepping()];
    for (const it of [one, other]) it.at(0, ...three, heard(1, gossip(D, 0)));
    const expected = one.at(0, burst(1, 1, ['one', 'two']));
    expect(other.at(0, heard(1, message))).toEqual(expected);
    expect(expected).toContainEqual(expect.objectContaining({ type: 'deliverBurst' }));
  });

  it('that is our own is kept, sent to all who are to have it, and told as sent', () => {
    const pieces = ['zero', 'one'].map((text) => pieceOf(bytes(text)));
    const first = gossip(A, 0, { hop: 0, payload: bytes('zero') });
    play({
      given: three,
      events: ' b',
      effects: 'B',
      where: {
        b: publishAll(7, ['zero', 'one']),
        B: [
          {
            ...{ type: 'publishedBurst', ref: 7, first, pieces },
            ...{ neighbors: [B.address, C.address, E.address], lazy: [] },
          },
          { type: 'sendBurst', links: [1, 2, 3], first: { ...first, hop: 1 }, pieces },
          wake('store', 60_000),
        ],
      },
    });
  });

  it('is taken at once above a hole too, and who brings it is asked for what is missing when nobody else is', () => {
    const it = stepping();
    const at = (now: number, ...events: readonly Event[]) =>
      it.at(now, ...events).filter(({ type }) => type === 'send' || type === 'deliverBurst');
    const asked = { type: 'send', links: [1], message: graft([run(D, 1, 2)]) };
    at(0, ...three, heard(1, gossip(D, 0)), heard(1, gossip(D, 3)));
    expect(at(250, woken('graft'))).toContainEqual(asked);
    expect(at(251, heard(1, gone(run(D, 1, 2))))).toEqual([]);
    expect(at(252, burst(1, 4, ['four', 'five']))).toContainEqual(
      expect.objectContaining({ type: 'deliverBurst' }),
    );
    expect(at(502, woken('graft'))).toContainEqual(asked);
  });

  it('is taken one by one while a neighbor has told of more than came', () => {
    const it = stepping();
    it.at(0, ...three, heard(1, gossip(D, 0)), heard(3, marks([markOf(D, 8)])));
    const types = it.at(0, burst(1, 1, ['one', 'two'])).map(({ type }) => type);
    expect(types.filter((type) => type === 'deliver' || type === 'deliverBurst')).toEqual([
      'deliver',
      'deliver',
    ]);
  });

  it('that goes beyond the last number there is is taken as far as each has a next one', () => {
    const it = stepping();
    const last = Number.MAX_SAFE_INTEGER;
    it.at(0, ...three.slice(0, -1), heard(1, gossip(D, last - 3)));
    const delivered = it
      .at(0, burst(1, last - 2, ['one', 'two', 'three', 'four', 'five']))
      .flatMap((one) => (one.type === 'deliver' ? [one.message.sequence - last] : []));
    expect(delivered).toEqual([-2, -1]);
  });

  /** What there may have been before, and may come after. */
  const others: readonly Event[] = [
    ...[heard(1, gossip(D, 0)), heard(1, gossip(D, 1)), heard(2, gossip(D, 0)), heard(2, gossip(D, 4))],
    ...[heard(1, gossip(D, 3, { hop: 3 })), heard(2, gossip(D, 2, { hop: 2 }))],
    ...[heard(2, prune(D)), heard(3, prune(D)), heard(1, prune(D))],
    ...[heard(2, ihave(announced(D, 1, 1, 5))), heard(3, ihave(announced(D, 2, 0, 9)))],
    ...[heard(2, marks([markOf(D, 3)])), heard(3, marks([markOf(D, 8)]))],
    ...[congested(2), relieved(2), congested(3), relieved(3)],
    ...[heard(3, graft([run(D, 0, 9)])), heard(2, graft([run(D, 2, 4)], { eager: false }))],
    ...[publish('ours'), woken('graft'), woken('ihave'), woken('slow'), woken('repair'), woken('marks')],
    ...[
      burst(1, 1, ['one', 'two', 'three']),
      burst(1, 4, ['four', 'five']),
      burst(1, 0, ['zero', 'one']),
      burst(2, 1, ['one', 'two', 'three', 'four']),
      burst(1, 2, ['two', 'three'], { hop: 2 }),
      burst(1, 1, ['one', 'two'], { address: ':80' }),
      burst(1, 0, ['a', 'b'], { origin: A.id, epoch: A.epoch }),
      burst(9, 1, ['one', 'two']),
    ],
  ];

  /** More comes where something is missing below. */
  const aboveHole: readonly Event[] = [
    ...[heard(1, gossip(D, 5)), burst(1, 6, ['six', 'seven', 'eight']), burst(1, 9, ['nine', 'ten'])],
    ...[burst(1, 9, ['nine', 'ten'], { hop: 3 }), burst(2, 6, ['six', 'seven', 'eight'])],
    ...[heard(3, ihave(announced(D, 6, 0, 12))), heard(2, ihave(announced(D, 7, 1, 14)))],
    ...[
      heard(2, marks([markOf(D, 9)])),
      heard(2, gossip(D, 3)),
      burst(2, 1, ['one', 'two', 'three', 'four']),
    ],
    ...[heard(1, gone(run(D, 1, 4))), heard(2, prune(D))],
    ...[burst(3, 1, ['one', 'two', 'three', 'four', 'five']), burst(3, 10, ['ten', 'eleven'])],
    ...[woken('graft'), woken('ihave'), woken('repair')],
  ];
  /** The same comes by several ways, one of them from the origin itself. */
  const again: readonly Event[] = [1, 2, 3, 4].flatMap((link) => [
    ...[burst(link, 0, ['zero', 'one', 'two']), burst(link, 1, ['one', 'two']), heard(link, gossip(D, 3))],
    ...[heard(link, prune(D)), heard(link, gossip(D, 5)), woken('ihave')],
  ]);
  /** What is said here while neighbors keep up or do not, have it announced or not, and ask for it. */
  const ours: readonly Event[] = [
    ...[publishAll(3, ['one', 'two', 'three']), publishAll(5, ['four', 'five'], 'news'), publish('six', 6)],
    ...[congested(2), relieved(2), congested(3), relieved(3), congested(1), relieved(1)],
    ...[heard(2, prune(A)), heard(3, prune(A)), heard(1, prune(A))],
    ...[heard(2, graft([run(A, 0, 4)])), heard(3, graft([run(A, 1, 2)], { eager: false }))],
    ...[woken('ihave'), woken('slow'), woken('store'), woken('marks')],
  ];

  /** A few events again and again: among all of them those that belong together would hardly ever meet. */
  const story = fc
    .constantFrom(others, aboveHole, again, ours)
    .chain((all) => fc.shuffledSubarray([...all], { minLength: 2, maxLength: 8 }))
    .chain((few) => fc.array(fc.constantFrom(...few), { minLength: 1, maxLength: 14 }));

  function oneByOne(event: Event): readonly Event[] {
    if (event.type === 'burst')
      return messagesOf(event).map((message) => ({
        ...{ type: 'received', link: event.link, message, size: event.size / event.pieces.length },
      }));
    if (event.type !== 'publishBurst') return [event];
    const { ref, topic, pieces } = event;
    return pieces.map(({ bytes: payload }, nr) => ({
      ...{ type: 'publish', ref: ref - pieces.length + 1 + nr, topic, payload },
    }));
  }

  /** What each link is sent, what is delivered, and all else, each in order: only how these alternate may differ. */
  function playAll(turns: readonly (readonly Event[])[], pause: number, settings: object) {
    const it = stepping(settings);
    const seen: Record<string, unknown[]> = {};
    const sent = (links: readonly number[], message: Message) =>
      (seen[`to ${String(links)}`] ??= []).push(message);
    const given = [...three, ...neighborOf(4, D)];
    const all = [...given.map((event) => [event]), ...turns];
    all.forEach((events, nr) => {
      for (const one of it.at(Math.max(0, nr - given.length) * pause, ...events)) {
        if (one.type === 'deliverBurst')
          for (const message of messagesOf(one))
            (seen['deliver'] ??= []).push({ type: 'deliver', message, via: one.via });
        else if (one.type === 'deliver') (seen['deliver'] ??= []).push(one);
        else if (one.type === 'publishedBurst') {
          const { ref, neighbors, lazy } = one;
          messagesOf(one).forEach((message, i, { length }) =>
            (seen['published'] ??= []).push({
              ...{ type: 'published', ref: ref - length + 1 + i, message, neighbors, lazy },
            }),
          );
        } else if (one.type === 'sendBurst') for (const message of messagesOf(one)) sent(one.links, message);
        else if (one.type === 'send') sent(one.links, one.message);
        // A link is held for a moment, however often that is said.
        else if (one.type === 'hold') seen[`hold ${one.link} in turn ${nr}`] = [one];
        else if (one.type !== 'wake') (seen[one.type] ??= []).push(one);
      }
    });
    const { counters, conduct, broadcast } = it.state;
    const origins = [...broadcast.origins.byId.values()].map(({ id, busy, newAt, heardAt, epochs }) => ({
      ...{ id, busy, newAt, heardAt, isHearsay: [...broadcast.origins.hearsay].some((one) => one.id === id) },
      marks: [...epochs.values()].map(({ mark, heard: isHeard, told }) => ({ mark, isHeard, told })),
    }));
    return { seen, counters, conduct: [...conduct], origins };
  }

  it.each([
    ['', {}],
    [' where messages are signed', { sign: true }],
    [' where the rate of a link is limited', { maxMessageRate: 3, maxByteRate: 350 }],
  ])('comes to the same as its messages one by one%s', (_, settings) => {
    fc.assert(
      fc.property(story, fc.constantFrom(40, 400), (told, pause) => {
        const events = [heard(1, gossip(D, 0)), ...told];
        // Each event keeps its time, whatever it is cut into.
        const whole = events.map((event) => [event]);
        const cut = events.map(oneByOne);
        const timed = (turns: readonly (readonly Event[])[]) => playAll(turns, pause, settings);
        expect(timed(whole)).toEqual(timed(cut));
      }),
      { numRuns: 2000 },
    );
  });
});
