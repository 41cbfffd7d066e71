import {
  directory,
  noDeadNeighbors,
  noOneIsAlone,
  oneComponent,
  viewsAreMutual,
  viewSizesWithinBounds,
} from '../invariants.ts';
import type { Sent } from '../ledger.ts';
import type { Member } from '../member.ts';
import { addressOf, type Simulation } from '../simulation.ts';

/** What most scenarios do at some time. */

export interface Joining {
  readonly peers: number;
  /** The first so many peers are the seeds... */
  readonly seeds?: number;
  /** ...of which each peer is told so many, drawn at random. All when not given. */
  readonly told?: number;
  /** How many start each second; all at once when not given. */
  readonly perSecond?: number;
}

/** Starts peers, each on a machine of its own; the first seed stands alone at first. */
export function joinAll(
  simulation: Simulation,
  { peers, seeds = 1, told = seeds, perSecond = Infinity }: Joining,
): void {
  const addresses = Array.from({ length: Math.min(seeds, peers) }, (_, at) => addressOf(at));
  const begun = simulation.now();
  for (let at = 0; at < peers; at++) {
    const due = begun + (1000 * at) / perSecond;
    simulation.stage = { name: 'joining', share: at / peers };
    if (due > simulation.now()) simulation.runFor(due - simulation.now());
    const others = addresses.filter((_, seed) => seed !== at);
    // A seed that is not there yet would only be waited for.
    const there = others.slice(0, Math.max(at, 1));
    simulation.start(told < there.length ? sampleOf(simulation, there, told) : others);
  }
}

/** Looks every `every` ms until `done`; how long that took, Infinity when it was not within `limit`. */
export function until(simulation: Simulation, done: () => boolean, limit: number, every = 100): number {
  const begun = simulation.now();
  for (;;) {
    if (done()) return simulation.now() - begun;
    if (simulation.now() - begun >= limit) return Infinity;
    simulation.stage = { name: 'settling', share: (simulation.now() - begun) / limit };
    simulation.runFor(Math.min(every, begun + limit - simulation.now()));
  }
}

/** Every peer has a neighbor, all are one component, views are mutual, hold nobody dead and no more than they may. */
export function isWhole(simulation: Simulation): boolean {
  const all = directory(simulation.live);
  return (
    noOneIsAlone(all).length === 0 &&
    oneComponent(all).length === 0 &&
    noDeadNeighbors(all).length === 0 &&
    viewsAreMutual(all).length === 0 &&
    viewSizesWithinBounds(all).length === 0
  );
}

export function randomOf<T>(simulation: Simulation, items: readonly T[]): T {
  return items[Math.floor(simulation.random() * items.length)]!;
}

/** `count` of the items, in random order. */
export function sampleOf<T>(simulation: Simulation, items: readonly T[], count: number): T[] {
  const rest = [...items];
  return Array.from({ length: Math.min(count, rest.length) }, () => {
    const at = Math.floor(simulation.random() * rest.length);
    const [one] = rest.splice(at, 1, rest.at(-1)!);
    rest.pop();
    return one!;
  });
}

/** Speaks `count` times, `every` ms apart, each time with another voice when `who` says so. */
export function speak(
  simulation: Simulation,
  { count, every, who }: { readonly count: number; readonly every: number; readonly who: () => Member },
  onSent?: (sent: Sent) => void,
): readonly Sent[] {
  const all: Sent[] = [];
  for (let at = 0; at < count; at++) {
    simulation.stage = { name: 'messages', share: at / count };
    const sent = simulation.publish(who());
    if (sent !== undefined) {
      all.push(sent);
      onSent?.(sent);
    }
    simulation.runFor(every);
  }
  return all;
}

export const range = (min: number, max = min) => ({ min, max });

export const seedsUpTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => at + 1);
