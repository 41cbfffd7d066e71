import type { Event } from '../../lib/protocol/events.ts';
import { pieceOf } from '../../lib/protocol/pieces.ts';
import type { Out } from '../../lib/protocol/state.ts';
import { step } from '../../lib/protocol/step.ts';
import { bytes, D, gossip, peerState } from './marbles.ts';

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

/** D's messages from this one on, which came together. */
export const burst = (
  link: number,
  sequence: number,
  texts: readonly string[],
  over = {},
): Event & { type: 'burst' } => ({
  ...{ type: 'burst', link, first: gossip(D, sequence, { payload: bytes(texts[0]!), ...over }) },
  ...{ pieces: texts.map((text) => pieceOf(bytes(text))), size: 100 * texts.length },
});
