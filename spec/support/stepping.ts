import type { Event } from '../../lib/protocol/events.ts';
import type { Out } from '../../lib/protocol/state.ts';
import { step } from '../../lib/protocol/step.ts';
import { peerState } from './marbles.ts';

/** A whole peer, which each event comes to at its time: for what marbles would be too long for. */
export function stepping(settings = {}) {
  let state = peerState(settings);
  return {
    at: (now: number, ...events: readonly Event[]): readonly Out[] =>
      events.flatMap((event) => {
        const [next, out] = step(state, event, { now, random: () => 0.5 });
        state = next;
        return out;
      }),
    get state() {
      return state;
    },
  };
}
