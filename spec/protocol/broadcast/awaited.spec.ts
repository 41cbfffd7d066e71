import type { Event } from '../../../lib/protocol/events.ts';
import {
  announced,
  B,
  born,
  C,
  D,
  E,
  gossip,
  graft,
  heard,
  ihave,
  markOf,
  marks,
  neighborOf,
  run,
  woken,
} from '../../support/marbles.ts';
import { burst, stepping } from '../../support/stepping.ts';

/** D's messages come by link 1, and link 2 announces many more. */
function awaiting(hop = 1) {
  const it = stepping();
  it.at(0, born(), ...neighborOf(1, B), ...neighborOf(2, C), ...neighborOf(3, E), heard(1, marks()));
  it.at(0, heard(1, gossip(D, 0)), heard(1, gossip(D, 1)));
  it.at(0, heard(2, ihave({ ...announced(D, 2, hop), last: 400 })));
  return {
    ...it,
    /** How many are looked after one by one. */
    entries: () => it.state.broadcast.due.size,
    /** And what all of them count as, of what link 2 may have us remember. */
    owed: () => it.state.broadcast.accounts.get(2),
    asked: (now: number, ...events: readonly Event[]) =>
      it.at(now, ...events).filter((one) => one.type === 'send' && one.message.type === 'graft'),
  };
}

describe('announced messages that are on their way by the parent', () => {
  it('are not looked after one by one', () => {
    expect(awaiting().entries()).toBe(0);
  });

  it.each([
    ['messages', [heard(1, gossip(D, 4)), heard(1, gossip(D, 5))]],
    ['bursts', [burst(1, 4, ['four']), burst(1, 5, ['five'])]],
  ])('are not looked after when %s show that some before them did not come: only those', (_, above) => {
    const { at, entries, owed, asked } = awaiting();
    expect(owed()).toBe(50);
    at(0, ...above, burst(1, 6, ['six', 'seven']));
    expect([entries(), owed()]).toEqual([2, 52]);
    at(0, heard(1, gossip(D, 2)), heard(1, gossip(D, 3)));
    expect([entries(), owed()]).toEqual([0, 50]);
    const [one] = Array.from({ length: 20 }, (_, i) => asked(50 * i, woken('graft'))).flat();
    expect(one).toEqual({ type: 'send', links: [2], message: graft([run(D, 8, 400)]) });
  });

  it('are forgotten as they come, also while some below them are missing', () => {
    const { at, entries, owed } = awaiting();
    at(0, heard(1, gossip(D, 4)), burst(1, 5, Array<string>(396).fill('more')));
    at(0, heard(2, ihave({ ...announced(D, 401), last: 408 })));
    expect([entries(), owed()]).toEqual([2, 3]);
  });

  it('are not looked after when a neighbor that has fewer compares marks', () => {
    const { at, entries } = awaiting();
    at(0, heard(3, marks([markOf(D, 1)])));
    expect(entries()).toBe(0);
  });

  it('are looked after when a neighbor has more after the parent has fallen silent', () => {
    const { asked } = awaiting();
    expect(asked(5000, heard(3, marks([markOf(D, 500)])))).toEqual([
      { type: 'send', links: [2], message: graft([run(D, 2, 400)]) },
      { type: 'send', links: [3], message: graft([run(D, 401, 499)], { eager: false }) },
    ]);
  });

  it('are asked of whoever announced one that came by a longer way, and not each', () => {
    const { entries, asked } = awaiting();
    const [one] = asked(0, heard(1, gossip(D, 2, { hop: 9 })));
    expect(one).toMatchObject({ links: [2], message: { payload: false } });
    expect(entries()).toBe(0);
  });
});
