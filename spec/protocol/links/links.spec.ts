import {
  noLinks,
  shownAddress,
  withLink,
  withoutLink,
  type LinkState,
} from '../../../lib/protocol/links/links.ts';
import { firstPulse } from '../../../lib/protocol/links/liveness.ts';
import { createMeter } from '../../../lib/protocol/links/meter.ts';
import { B, peerState, remoteOf, up, woken } from '../../support/marbles.ts';
import { stepping } from '../../support/stepping.ts';

const link = (id: number, over: Partial<LinkState> = {}): LinkState => ({
  id,
  remote: remoteOf(id),
  dialled: '',
  phase: 'up',
  openedAt: 0,
  serial: 0,
  peer: undefined,
  drainedAt: Infinity,
  pulse: firstPulse(0),
  meter: createMeter(0),
  ...over,
});

/** How many maps are made while this is done. */
function mapsMade(work: () => void): number {
  const { Map } = globalThis;
  let made = 0;
  globalThis.Map = class<K, V> extends Map<K, V> {
    constructor(entries?: Iterable<readonly [K, V]> | null) {
      super(entries);
      made++;
    }
  };
  try {
    work();
  } finally {
    globalThis.Map = Map;
  }
  return made;
}

describe('the set of links', () => {
  it('is never changed, only replaced', () => {
    const one = withLink(noLinks, link(1));
    const two = withLink(one, link(2));
    const back = withoutLink(two, 1);
    expect([noLinks, one, two, back].map((links) => [...links.keys()])).toEqual([[], [1], [1, 2], [2]]);
  });

  it('is replaced once by a sweep that ends many of them', () => {
    const it = stepping({ maxPending: 100, maxLinksPerAddress: 100 });
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
    it.at(0, ...numbers.map((nr) => up(nr)));
    const copies = mapsMade(() => it.at(5000, woken('links')));
    expect(it.state.links.size).toBe(0);
    expect(copies).toBeLessThan(5);
  });

  it('shows people where a peer is dialled, or where it is seen from when nobody can dial it, or nothing once it is gone', () => {
    const links = [
      link(1, { peer: B }),
      link(2, { peer: { ...B, address: '' } }),
      link(3, { phase: 'greeting' }),
    ].reduce(withLink, noLinks);
    const state = { ...peerState(), links };
    expect([1, 2, 3, 4].map((id) => shownAddress(state, id))).toEqual([
      '10.0.0.2:8080',
      '10.0.0.3:40002',
      '10.0.0.4:40003',
      '',
    ]);
  });
});
