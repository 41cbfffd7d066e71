import type { Env } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { Address, Message } from '../messages.ts';
import type { Out, PeerState } from '../state.ts';
import type { Neighbor, Overlay } from './overlay.ts';

/**
 * One turn of the overlay layer: what its handlers read, and what they leave behind. `overlay` is the state
 * as it was until something changes, then this turn's own copy; `out` collects what is to be done.
 */
export interface Turn {
  readonly state: PeerState;
  readonly env: Env;
  overlay: Overlay;
  readonly out: Out[];
  /** The passive view, once this turn has changed it: a page of 64 addresses must not copy it 64 times. */
  passive: Map<Address, number> | undefined;
}

export const turnOf = (state: PeerState, env: Env): Turn => ({
  state,
  env,
  overlay: state.overlay,
  out: [],
  passive: undefined,
});

export function change(t: Turn, part: Partial<Overlay>): void {
  t.overlay = t.overlay === t.state.overlay ? { ...t.overlay, ...part } : Object.assign(t.overlay, part);
}

/** The passive view, to be changed in this turn. */
export function ownPassive(t: Turn): Map<Address, number> {
  if (t.passive === undefined) {
    t.passive = new Map(t.overlay.passive);
    change(t, { passive: t.passive });
  }
  return t.passive;
}

export function forgetPassive(t: Turn, address: Address): void {
  if (t.overlay.passive.has(address)) ownPassive(t).delete(address);
}

export function send(t: Turn, link: LinkId, message: Message): void {
  t.out.push({ type: 'send', links: [link], message });
}

export const isFull = ({ state, overlay }: Turn): boolean =>
  overlay.neighbors.size >= state.settings.activeView;

/** Is this address ours, nobody's, or already a neighbor's? Then there is no use in dialling it. */
export function isUseless(t: Turn, address: Address): boolean {
  return (
    address === '' || address.startsWith(':') || isOwn(t, address) || neighborAt(t, address) !== undefined
  );
}

export const isOwn = ({ state, overlay }: Turn, address: Address): boolean =>
  address === state.self.address || overlay.own.has(address);

export function neighborAt({ overlay }: Turn, address: Address): Neighbor | undefined {
  for (const one of overlay.neighbors.values())
    if (one.address === address || one.dialled === address) return one;
  return undefined;
}

/** One of these, each as likely. */
export function pick<T>({ env }: Turn, from: readonly T[]): T | undefined {
  return from[Math.floor(env.random() * from.length)];
}

/** Up to `count` of these, in random order. */
export function sample<T>({ env }: Turn, from: readonly T[], count: number): T[] {
  const pool = [...from];
  const taken: T[] = [];
  while (taken.length < count && pool.length > 0) {
    const i = Math.floor(env.random() * pool.length);
    taken.push(pool[i]!);
    pool[i] = pool[pool.length - 1]!;
    pool.pop();
  }
  return taken;
}

export const mapWith = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value);

export function mapWithout<K, V>(map: ReadonlyMap<K, V>, ...keys: readonly K[]): ReadonlyMap<K, V> {
  if (!keys.some((key) => map.has(key))) return map;
  const rest = new Map(map);
  for (const key of keys) rest.delete(key);
  return rest;
}
