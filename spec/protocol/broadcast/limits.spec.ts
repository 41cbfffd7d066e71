import type { Event } from '../../../lib/protocol/events.ts';
import type { Effect } from '../../../lib/protocol/effects.ts';
import { step } from '../../../lib/protocol/step.ts';
import {
  A,
  announced,
  B,
  C,
  born,
  D,
  down,
  fixed,
  gossip,
  graft,
  hangUp,
  heard,
  ihave,
  marks,
  neighborOf,
  peerState,
  publish,
  run,
  woken,
} from '../../support/marbles.ts';

/** A whole peer with two neighbors; what it sends is kept by type. */
function peer(settings = {}) {
  let state = peerState(settings);
  let now = 0;
  const effects: Effect[] = [];
  const it = {
    happen(...events: Event[]) {
      effects.length = 0;
      for (const event of events) {
        const [next, out] = step(state, event, { now, random: fixed() });
        state = next;
        effects.push(...out);
      }
      return effects;
    },
    at: (ms: number) => (now = ms),
    sent: (type: string, link: number) =>
      effects.filter((one) => one.type === 'send' && one.message.type === type && one.links.includes(link))
        .length,
    get state() {
      return state;
    },
  };
  it.happen(born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, marks()), heard(2, marks()));
  return it;
}

describe('a GRAFT', () => {
  const again = heard(1, graft([run(A, 0)]));

  it('is answered with the same message three times over one link, and over another three times more', () => {
    const it = peer();
    it.happen(publish('large'));
    it.happen(again, again, again, again, again, heard(2, graft([run(A, 0)])));
    expect([it.sent('gossip', 1), it.sent('gossip', 2)]).toEqual([3, 1]);
    expect(it.state.counters.regraft).toBe(2);
  });

  it('that goes on like that costs its link', () => {
    const it = peer();
    it.happen(publish('large'));
    const effects = it.happen(...Array.from({ length: 23 }, () => again));
    const text = 'asked for the same messages again and again: banned for 10 s';
    expect(effects).toContainEqual(hangUp(1, 'banned', text));
    expect([...it.state.links.keys()]).toEqual([2]);
  });
});

describe('announcements of what never comes', () => {
  const lies = (from: number, first: number, count: number) =>
    heard(from, ihave(...Array.from({ length: count }, (_, i) => announced(D, first + i))));

  it('are kept so many for each link, the others are passed over and counted', () => {
    const it = peer({ maxMissing: 100 });
    for (let i = 0; i < 10; i++) it.happen(lies(1, 1000 * i, 50));
    expect(it.state.broadcast.owed.get(1)).toBe(100);
    expect(it.state.counters.missingOver).toBe(400);
  });

  it('of one link leave room for those of another, which are asked for', () => {
    const it = peer({ maxMissing: 100 });
    it.happen(lies(1, 0, 1000), heard(2, ihave(announced(C, 7))));
    it.at(300);
    it.happen(woken('graft'));
    expect(it.sent('graft', 2)).toBe(1);
  });

  it('are forgotten when they were asked for in vain, when they come, and when their origin is forgotten', () => {
    const it = peer({ maxMissing: 100, maxOrigins: 2 });
    it.happen(lies(1, 0, 10), heard(2, ihave(announced(C, 0))));
    it.happen(heard(1, gossip(C, 0)));
    expect([...it.state.broadcast.owed]).toEqual([[1, 10]]);
    it.happen(heard(1, gossip(B, 0)));
    expect(it.state.broadcast.owed.size).toBe(0);
    it.happen(lies(2, 0, 10));
    for (const ms of [300, 600, 900]) {
      it.at(ms);
      it.happen(woken('graft'));
    }
    expect(it.state.broadcast.owed.size).toBe(0);
  });

  it('of a link that is gone are asked of nobody', () => {
    const it = peer();
    it.happen(lies(1, 0, 10), down(1));
    it.at(300);
    it.happen(woken('graft'));
    expect(it.state.broadcast.owed.size).toBe(0);
  });
});
