import fc from 'fast-check';
import { defaults } from '../../../lib/options.ts';
import type { Event, LinkId } from '../../../lib/protocol/events.ts';
import type { Out, PeerInfo } from '../../../lib/protocol/state.ts';
import { A, B, bye, fixed, linksOnly, peerState } from '../../support/marbles.ts';

/** A connection between the two: who dials, when (ms), and how long bytes travel. */
interface Dial {
  readonly by: 0 | 1;
  readonly at: number;
  readonly latency: number;
}

/**
 * Both ends of the same connections, each deciding with the links layer alone and knowing only what has
 * arrived. Returns, for each end, the connections that are left (by their place in `dials`) and what the
 * other layers were told.
 */
function bothEnds(dials: readonly Dial[], forMs: number) {
  const jobs: { at: number; nr: number; run: () => void }[] = [];
  let now = 0;
  let scheduled = 0;
  const later = (ms: number, run: () => void) => jobs.push({ at: now + ms, nr: scheduled++, run });

  const ends = [end(A), end(B)] as const;
  const other = (it: End) => (it === ends[0] ? ends[1] : ends[0]);

  function end(self: PeerInfo) {
    return {
      state: peerState({}, self),
      /** Connection by link number, and back. */
      connectionOf: new Map<LinkId, number>(),
      linkOf: new Map<number, LinkId>(),
      told: [] as string[],
      sweepAt: Infinity,
    };
  }
  type End = ReturnType<typeof end>;

  const happen = (it: End, event: Event) => {
    const [state, out] = linksOnly(it.state, event, { now, random: fixed() });
    it.state = state;
    for (const one of out) perform(it, one);
  };
  /** Something on a connection, as soon as it has travelled to the other end. */
  const travel = (it: End, link: LinkId, event: (link: LinkId) => Event) => {
    const connection = it.connectionOf.get(link)!;
    later(dials[connection]!.latency, () => {
      const there = other(it).linkOf.get(connection);
      if (there !== undefined) happen(other(it), event(there));
    });
  };
  const perform = (it: End, out: Out) => {
    switch (out.type) {
      case 'send':
        for (const to of out.links)
          travel(it, to, (link) => ({ type: 'received', link, message: out.message }));
        return;
      case 'hangUp':
      case 'cut':
        if (out.type === 'hangUp')
          travel(it, out.link, (link) => ({ type: 'received', link, message: bye(out.bye, out.text) }));
        travel(it, out.link, (link) => ({ type: 'linkDown', link, reason: 'closed' }));
        return;
      case 'wake':
        it.sweepAt = out.at;
        later(out.at - now, () => {
          if (it.sweepAt === now) happen(it, { type: 'woken', alarm: 'links' });
        });
        return;
      case 'log':
        return;
      default:
        it.told.push(out.type);
    }
  };
  const opened = (it: End, connection: number, dialled: string) => {
    const link = it.linkOf.size + 1;
    it.linkOf.set(connection, link);
    it.connectionOf.set(link, connection);
    happen(it, { type: 'linkUp', link, remote: 'somewhere:1', dialled });
  };

  dials.forEach(({ by, at, latency }, connection) => {
    const dialler = ends[by];
    later(at + latency, () => opened(other(dialler), connection, ''));
    later(at + 2 * latency, () => opened(dialler, connection, other(dialler).state.self.address));
  });
  for (;;) {
    jobs.sort((a, b) => a.at - b.at || a.nr - b.nr);
    const job = jobs.shift();
    if (job === undefined || job.at > forMs) break;
    now = job.at;
    job.run();
  }
  return ends.map(({ state, connectionOf, told }) => ({
    left: [...state.links.values()].map(({ id, phase }) => `${phase} ${connectionOf.get(id)}`),
    told: told.filter((one) => one !== 'peerMoved'),
  }));
}

const dialsAt = (at: fc.Arbitrary<number>) =>
  fc.array(fc.record({ by: fc.constantFrom(0, 1), at, latency: fc.integer({ min: 1, max: 200 }) }), {
    minLength: 1,
    maxLength: 4,
  });
const { helloTimeout } = defaults;
const atOnce = fc.nat(helloTimeout - 1000);
/** Any time, and often just where a link stops being young. */
const whenever = fc.oneof(
  fc.nat(4 * helloTimeout),
  fc.constant(0),
  fc.integer({ min: helloTimeout - 500, max: helloTimeout + 500 }),
);

/** One connection is left, the same at both ends, and people were told of one neighbor that came and none that went. */
function agree(dials: readonly Dial[]) {
  const lastDial = Math.max(...dials.map(({ at }) => at));
  const [one, two] = bothEnds(dials, lastDial + 10_000);
  expect(one).toEqual({ left: [expect.stringMatching(/^up /)], told: ['peerUp'] });
  expect(two).toEqual(one);
}

describe('two ends of several links', () => {
  it('keep the one link that both see as the same, when one dials', () => {
    agree([{ by: 0, at: 0, latency: 20 }]);
  });

  it('keep the one dialled by the lower id, when both dial at once', () => {
    const dials: Dial[] = [
      { by: 1, at: 0, latency: 20 },
      { by: 0, at: 5, latency: 20 },
    ];
    const lost = { left: ['up 1'], told: ['peerUp'] };
    expect(bothEnds(dials, 10_000)).toEqual([lost, lost]);
  });

  it('keep one and the same, and print nothing of the losers, for any dials within the time of a hello', () => {
    fc.assert(fc.property(dialsAt(atOnce), agree), { numRuns: 300 });
  });

  it('keep one and the same, and print nothing of the losers, for any dials whenever', () => {
    // One link is 5 s old when the other's hello arrives at one end, and not yet when it arrives at the other.
    const onTheEdge: Dial[] = [
      { by: 0, at: 0, latency: 1 },
      { by: 1, at: 4621, latency: 127 },
    ];
    fc.assert(fc.property(dialsAt(whenever), agree), { numRuns: 500, examples: [[onTheEdge]] });
  });
});
