import type { Event } from '../../../lib/protocol/events.ts';
import type { PeerState } from '../../../lib/protocol/state.ts';
import { step } from '../../../lib/protocol/step.ts';
import { hiddenClasses } from '../../support/hidden-classes.ts';
import {
  announced,
  B,
  born,
  C,
  D,
  gossip,
  heard,
  ihave,
  marks,
  neighborOf,
  peerState,
} from '../../support/marbles.ts';

/** A peer with two neighbors that has heard of many origins: what it keeps and misses. */
function busyPeer(): PeerState {
  let state: PeerState = peerState({ maxOrigins: 500 });
  const play = (event: Event) => ([state] = step(state, event, { now: 0, random: () => 0.5 }));
  for (const event of [born(), ...neighborOf(1, B), ...neighborOf(2, C), heard(1, marks())]) play(event);
  for (let nr = 0; nr < 200; nr++) {
    const origin = { ...D, id: nr.toString(16).padStart(32, '0') };
    play(heard(1, gossip(origin, 0)));
    play(heard(1, gossip(origin, 1)));
    play(heard(1, gossip(origin, 4)));
    play(heard(2, ihave(announced(origin, 2, 2, 9))));
  }
  return state;
}

describe('what there is many of', () => {
  const { broadcast } = busyPeer();
  const origins = [...broadcast.origins.byId.values()];
  const records = origins.flatMap(({ epochs }) => [...epochs.values()]);
  const missing = records.flatMap((record) => [...(record.missing?.values() ?? [])]);

  it.each([
    ['origins', origins],
    ['their epochs', records],
    ['bursts in the store', broadcast.store.others.bursts],
    ['missing messages', missing],
  ] as const)('has few hidden classes: %s', (_, objects) => {
    expect(objects.length).toBeGreaterThanOrEqual(200);
    expect(hiddenClasses(objects)).toBeLessThanOrEqual(3);
  });
});
