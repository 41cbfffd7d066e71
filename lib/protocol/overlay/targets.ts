import type { LinkId } from '../events.ts';
import type { Address } from '../messages.ts';
import { mayDial } from '../links/scope.ts';
import { change, type Turn } from './turn.ts';

/**
 * Others tell us whom we could dial. They must not choose it: else a stranger could make a whole cluster knock
 * at a door of his choice. So what they tell is looked at, and what comes of it is limited in rate.
 */

/** May this address be dialled, as the one at the other end of `from` tells it? */
export function isTarget(t: Turn, from: LinkId, address: Address): boolean {
  const { settings, links, counters } = t.state;
  const remote = links.get(from)?.remote ?? '';
  if (settings.dialLocal === 1 || mayDial(address, remote)) return true;
  counters.badTargets += 1;
  return false;
}

/**
 * Dials that come of what others say, in two purses: what they ask for directly (the end of a walk) may not use
 * up what we need to find neighbors. Seeds are dialled without asking here.
 */
export type Purse = 'walk' | 'refill';

/** What is left in a purse, and when that was true. */
export interface Left {
  readonly dials: number;
  readonly at: number;
}

/** Takes one dial out of a purse, which fills at `maxDialRate` a second; false when it is empty. */
export function spend(t: Turn, purse: Purse): boolean {
  const { maxDialRate, dialBurst } = t.state.settings;
  const { now } = t.env;
  const full = maxDialRate * dialBurst;
  const before = t.overlay.purses[purse] ?? { dials: full, at: now };
  const dials = Math.min(full, before.dials + ((now - before.at) / 1000) * maxDialRate);
  if (dials < 1) {
    t.state.counters.dialsPutOff += 1;
    return false;
  }
  change(t, { purses: { ...t.overlay.purses, [purse]: { dials: dials - 1, at: now } } });
  return true;
}
