import { heardBy, Ledger } from '../../lib/sim/ledger.ts';
import type { Member } from '../../lib/sim/member.ts';

describe('the ledger of a run', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id, index) => ({ id, index }) as Member) as [Member, Member, Member];

  it('knows who heard a message, when the last of them did and over how many hops', () => {
    const ledger = new Ledger();
    const sent = ledger.published(a, 0, 100, 2);
    ledger.delivered(b, 'a', 0, 1, 130);
    expect([a, b, c].map((member) => heardBy(sent, member))).toEqual([false, true, false]);
    ledger.delivered(c, 'a', 0, 3, 150);
    expect(heardBy(sent, c)).toBe(true);
    expect(sent).toMatchObject({ deliveries: 2, lastAt: 150, lastHop: 3 });
    expect([ledger.doubled, ledger.deliveries]).toEqual([0, 2]);
  });

  it('counts what came twice, or to its own origin, apart', () => {
    const ledger = new Ledger();
    const sent = ledger.published(a, 0, 100, 3);
    ledger.delivered(c, 'a', 0, 3, 150);
    ledger.delivered(c, 'a', 0, 2, 160);
    ledger.delivered(a, 'a', 0, 2, 170);
    expect(sent).toMatchObject({ deliveries: 1, lastAt: 150, lastHop: 3 });
    expect([ledger.doubled, ledger.deliveries]).toEqual([2, 1]);
  });

  it('fails a run in which something is heard that nobody said', () => {
    expect(() => new Ledger().delivered(c, 'b', 7, 1, 0)).toThrow('nobody published');
  });
});
