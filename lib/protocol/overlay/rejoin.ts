import { log } from '../effects.ts';
import { around } from '../env.ts';
import type { Event } from '../events.ts';
import type { Address } from '../messages.ts';
import { dial } from './dials.ts';
import { askAt, refill } from './neighbor.ts';
import { backoff, isLiteral, pickAddresses, seedResolved, seedTried, type Seed } from './seeds.ts';
import {
  change,
  isFull,
  isOwn,
  isUseless,
  mapWith,
  mapWithout,
  neighborAt,
  pick,
  sample,
  type Turn,
} from './turn.ts';
import { expire } from './views.ts';

/**
 * HyParView neither prevents nor detects a split, and the paper's peers join once. Ours go on:
 * - without a neighbor: all seeds at once, then with a backoff, for ever;
 * - with some, but no seed among them: every so often one seed, as a probe, and one peer believed failed.
 *   If the network was split, one of the two is on the other side, and the link to it makes one cluster of two.
 */
export function rejoin(t: Turn): void {
  const { overlay, state, env } = t;
  if (env.now < overlay.probeAt) return probeAt(t, overlay.probeAt);
  expire(t);
  forgetLost(t);
  if (overlay.neighbors.size === 0) {
    for (const seed of overlay.seeds.keys()) trySeed(t, seed);
    for (const address of sample(t, [...t.overlay.lost.keys()], 1)) askAt(t, address, true);
    refill(t);
    const tries = Math.max(1, ...[...t.overlay.seeds.values()].map((seed) => seed.tries));
    return probeAt(t, env.now + backoff(tries, state.settings, env));
  }
  const reached = [...overlay.seeds.values()].some((seed) => isReached(t, seed));
  if (!reached || !isFull(t)) {
    const seed = pick(
      t,
      [...overlay.seeds].filter(([, one]) => !isReached(t, one)).map(([name]) => name),
    );
    if (seed !== undefined) trySeed(t, seed);
  }
  const lost = pick(t, [...t.overlay.lost.keys()]);
  if (lost !== undefined) askAt(t, lost, true);
  const calm = isFull(t) && t.overlay.lost.size === 0;
  probeAt(t, around(t.env, calm ? state.settings.probeCalm : state.settings.probeEvery));
}

/** Sets the time of the next probe. */
export function probeAt(t: Turn, at: number): void {
  change(t, { probeAt: at });
  t.out.push({ type: 'wake', alarm: 'probe', at });
}

/** A neighbor went without a goodbye: it is looked for soon, and then with every probe until it is found or forgotten. */
export function remember(t: Turn, address: Address): void {
  if (address === '') return;
  const { passiveView, probeEvery } = t.state.settings;
  const lost = [...mapWith(mapWithout(t.overlay.lost, address), address, t.env.now)];
  change(t, { lost: new Map(lost.slice(-passiveView)) });
  const alone = t.overlay.neighbors.size === 0;
  const soon = alone ? t.env.now : around(t.env, probeEvery / 10);
  const planned = t.overlay.probeAt;
  probeAt(t, planned > t.env.now ? Math.min(planned, soon) : soon);
}

export function onResolved(t: Turn, { seed, addresses, reason }: Event & { type: 'resolved' }): void {
  change(t, { seeds: seedResolved(t.overlay.seeds, seed, addresses) });
  if (addresses.length > 0) dialSeed(t, addresses);
  else {
    const first = t.overlay.seeds.get(seed)?.told === false;
    if (first)
      change(t, { seeds: mapWith(t.overlay.seeds, seed, { ...t.overlay.seeds.get(seed)!, told: true }) });
    t.out.push(log(first ? 'info' : 'debug', `no address for ${seed}: ${reason}; trying again`));
  }
}

function trySeed(t: Turn, name: string): void {
  change(t, { seeds: seedTried(t.overlay.seeds, name) });
  if (isLiteral(name)) dialSeed(t, [name]);
  else t.out.push({ type: 'resolve', seed: name });
}

function dialSeed(t: Turn, addresses: readonly Address[]): void {
  const probe = t.overlay.neighbors.size > 0;
  for (const address of pickAddresses(addresses, (one) => !isUseless(t, one), t.env))
    dial(t, address, { type: 'join', probe });
}

/** Gone for so long that it is not only cut off. Longer splits are healed by the seeds. */
function forgetLost(t: Turn): void {
  const oldest = t.env.now - t.state.settings.lostAge;
  const lost = [...t.overlay.lost].filter(([, at]) => at > oldest);
  if (lost.length < t.overlay.lost.size) change(t, { lost: new Map(lost) });
}

const isReached = (t: Turn, seed: Seed): boolean =>
  seed.addresses.some((address) => isOwn(t, address) || neighborAt(t, address) !== undefined);
