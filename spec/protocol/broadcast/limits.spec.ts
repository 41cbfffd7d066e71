import type { Event } from '../../../lib/protocol/events.ts';
import type { Effect } from '../../../lib/protocol/effects.ts';
import type { PeerState } from '../../../lib/protocol/state.ts';
import { step } from '../../../lib/protocol/step.ts';
import {
  A,
  announced,
  B,
  C,
  born,
  D,
  down,
  E,
  fixed,
  gone,
  gossip,
  graft,
  hangUp,
  heard,
  ihave,
  markOf,
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
    expect(it.state.broadcast.accounts.get(1)).toBe(100);
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
    expect([...it.state.broadcast.accounts]).toEqual([[1, 10]]);
    it.happen(heard(1, gossip(B, 0)));
    expect(it.state.broadcast.accounts.size).toBe(0);
    it.happen(lies(2, 0, 10));
    for (const ms of [300, 600, 900]) {
      it.at(ms);
      it.happen(woken('graft'));
    }
    expect(it.state.broadcast.accounts.size).toBe(0);
  });

  it('that are all due at once are asked for a thousand at a time, the rest a millisecond later', () => {
    const it = peer();
    it.happen(lies(1, 0, 1500));
    const asked = () => [...it.state.broadcast.due].filter((one) => one.asked === 1).length;
    it.at(300);
    const effects = it.happen(woken('graft'));
    expect(asked()).toBe(1024);
    expect(effects).toContainEqual({ type: 'wake', alarm: 'graft', at: 301 });
    it.at(301);
    it.happen(woken('graft'));
    expect(asked()).toBe(1500);
  });

  it('that are on their way by the parent count, too: eight for one', () => {
    const it = peer({ maxMissing: 10 });
    it.happen(heard(2, gossip(D, 0)), heard(1, gossip(D, 0)));
    const ids = (first: number, last: number) => heard(1, ihave({ ...announced(D, first), last }));
    it.happen(ids(1, 48), ids(49, 96));
    expect(it.state.broadcast.accounts.get(1)).toBe(6);
    expect(it.state.counters.missingOver).toBe(6);
    it.happen(...Array.from({ length: 48 }, (_, i) => heard(2, gossip(D, i + 1))), ids(97, 97));
    expect(it.state.broadcast.accounts.get(1)).toBe(1);
  });

  it('of a link that is gone are asked of nobody', () => {
    const it = peer();
    it.happen(lies(1, 0, 10), down(1));
    it.at(300);
    it.happen(woken('graft'));
    expect(it.state.broadcast.accounts.size).toBe(0);
  });
});

describe('a GONE', () => {
  const announcedTwice = (first: number, last: number) =>
    [1, 2].map((link) => heard(link, ihave({ ...announced(D, first), last })));
  const asked = (it: ReturnType<typeof peer>, link: number) =>
    [...it.state.broadcast.due].filter((one) => one.asked === link).length;

  it('has what was asked in vain asked of the next one who has it', () => {
    const it = peer();
    it.happen(...announcedTwice(0, 2));
    it.at(300);
    it.happen(woken('graft'));
    it.happen(heard(1, gone({ ...run(D, 1), last: 2 })));
    expect([asked(it, 1), asked(it, 2), it.sent('graft', 2)]).toEqual([1, 2, 1]);
  });

  it('is looked through no further than one GRAFT can have asked, however long its runs are', () => {
    const it = peer({ pageSize: 10 });
    it.happen(...announcedTwice(0, 99));
    it.at(300);
    it.happen(woken('graft'));
    const endless = { ...run(D, 0), last: Number.MAX_SAFE_INTEGER };
    it.happen(heard(1, gone(endless, endless)));
    expect([asked(it, 1), asked(it, 2)]).toEqual([90, 10]);
  });
});

describe('a page of MARKS', () => {
  const recordOfD = (state: PeerState) => state.broadcast.origins.byId.get(D.id)!.epochs.get(D.epoch)!;

  /** A peer that has every other one of D's messages, and counts how often it looks at what it has. */
  function holed(count: number) {
    const it = peer({ marksAbove: count + 50 });
    it.happen(...Array.from({ length: count }, (_, i) => heard(1, gossip(D, 2 * i + 1))));
    const { mark } = recordOfD(it.state);
    let looks = 0;
    mark.above = new Proxy(mark.above!, {
      get: (runs, key): unknown => {
        looks++;
        return Reflect.get(runs, key);
      },
    });
    return { it, looks: () => looks };
  }

  it('has no holes looked for beyond what one exchange may ask for, however many rows name them', () => {
    const { it, looks } = holed(100);
    it.happen(heard(2, marks(Array.from({ length: 100 }, () => markOf(D, 0, 200)))));
    expect(looks()).toBeLessThan(1000);
  });

  it('that may ask for little has only the newest holes looked at', () => {
    const { it, looks } = holed(1000);
    it.happen(heard(2, marks([markOf(E, 1045), markOf(D, 0, 2000)])));
    const { missing } = recordOfD(it.state);
    const asked = [...missing!].filter(([, { announcers }]) => announcers.some(({ link }) => link === 2));
    expect(asked.map(([sequence]) => sequence)).toEqual([1990, 1992, 1994, 1996, 1998]);
    expect(looks()).toBeLessThan(50);
  });
});
