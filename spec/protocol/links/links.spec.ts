import {
  noLinks,
  shownAddress,
  withLink,
  withoutLink,
  type LinkState,
} from '../../../lib/protocol/links/links.ts';
import { firstPulse } from '../../../lib/protocol/links/liveness.ts';
import { createMeter } from '../../../lib/protocol/links/meter.ts';
import { B, peerState, remoteOf } from '../../support/marbles.ts';

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

describe('the set of links', () => {
  it('is never changed, only replaced', () => {
    const one = withLink(noLinks, link(1));
    const two = withLink(one, link(2));
    const back = withoutLink(two, 1);
    expect([noLinks, one, two, back].map((links) => [...links.keys()])).toEqual([[], [1], [1, 2], [2]]);
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
