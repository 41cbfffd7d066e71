import { defaults } from '../../lib/options.ts';
import {
  componentsOf,
  directory,
  everyoneHeard,
  missedBy,
  noDeadNeighbors,
  noGhosts,
  noOneIsAlone,
  oneComponent,
  viewsAreMutual,
  viewSizesWithinBounds,
} from '../../lib/sim/invariants.ts';
import { Ledger } from '../../lib/sim/ledger.ts';
import type { Member } from '../../lib/sim/member.ts';

/** A network drawn by hand: whom each living peer lists, and whom it remembers. */
function drawn(views: Readonly<Record<string, string>>, passive: Readonly<Record<string, string>> = {}) {
  return directory(
    Object.entries(views).map(([id, listed], index) => {
      const neighbors = [...listed].map(
        (other, link) => [link, { link, id: other, shown: `${other}:1` }] as const,
      );
      const remembered = [...(passive[id] ?? '')].map((other) => [`${other}:1`, 0] as const);
      const overlay = { neighbors: new Map(neighbors), passive: new Map(remembered) };
      return { id, index, address: `${id}:1`, state: { overlay } } as unknown as Member;
    }),
  );
}

describe('invariants', () => {
  it('viewsAreMutual: if I list you, you list me', () => {
    expect(viewsAreMutual(drawn({ a: 'b', b: 'a' }))).toEqual([]);
    expect(viewsAreMutual(drawn({ a: 'b', b: '' }))).toEqual(['a:1 lists b:1, which does not list it']);
    expect(viewsAreMutual(drawn({ a: 'x' }))).toEqual(['a:1 lists x (gone), which does not list it']);
  });

  it('noDeadNeighbors and noGhosts: no view holds who is not running', () => {
    expect(noDeadNeighbors(drawn({ a: 'bx', b: 'a' }))).toEqual([
      'a:1 lists x:1, id x, which is not running',
    ]);
    expect(noGhosts(drawn({ a: 'b', b: 'a' }, { a: 'bx' }))).toEqual(['a:1 remembers x:1, where nobody is']);
    expect(noGhosts(drawn({ a: 'b', b: 'a' }, { a: 'b' }))).toEqual([]);
  });

  it('noOneIsAlone: everyone has a neighbor, unless there is nobody else', () => {
    expect(noOneIsAlone(drawn({ a: '' }))).toEqual([]);
    expect(noOneIsAlone(drawn({ a: 'b', b: 'a', c: '' }))).toEqual(['c:1 has no neighbor']);
  });

  it('viewSizesWithinBounds: at most as many as set, and not oneself', () => {
    const settings = { ...defaults, activeView: 2, passiveView: 1 };
    expect(viewSizesWithinBounds(drawn({ a: 'bc', b: '', c: '' }, { a: 'b' }), settings)).toEqual([]);
    expect(viewSizesWithinBounds(drawn({ a: 'bcd', b: 'b', c: '' }, { c: 'ab' }), settings)).toEqual([
      'a:1 has 3 neighbors',
      'b:1 lists itself',
      'c:1 remembers 2',
    ]);
  });

  it('oneComponent: everyone is connected to everyone', () => {
    const split = drawn({ a: 'b', b: 'a', c: 'de', d: '', e: 'c' });
    expect(componentsOf(split)).toEqual([3, 2]);
    expect(oneComponent(split)).toHaveLength(1);
    expect(oneComponent(drawn({ a: 'b', b: 'ac', c: 'b' }))).toEqual([]);
  });

  it('everyoneHeard: each of the audience but the origin got it, once', () => {
    const { live } = drawn({ a: '', b: '', c: '' });
    const [a, b, c] = live as [Member, Member, Member];
    const ledger = new Ledger();
    const sent = ledger.published(a, 0, 100, 2);
    ledger.delivered(b, 'a', 0, 1, 130);
    expect(everyoneHeard([sent], [a, b])).toEqual([]);
    expect(everyoneHeard([sent], live)).toEqual(['1 of 3 did not get message 0 of a:1: c:1']);
    expect(missedBy([sent], live)).toBe(1);
    ledger.delivered(c, 'a', 0, 3, 150);
    ledger.delivered(c, 'a', 0, 2, 160);
    ledger.delivered(a, 'a', 0, 2, 170);
    expect(sent).toMatchObject({ deliveries: 2, lastAt: 150, lastHop: 3 });
    expect([ledger.doubled, ledger.deliveries]).toEqual([2, 2]);
    expect(() => ledger.delivered(c, 'b', 7, 1, 0)).toThrow('nobody published');
  });
});
