import type { LinkId } from '../events.ts';
import type { Address, Contact } from '../messages.ts';
import type { Neighbor } from './overlay.ts';
import {
  change,
  forgetPassive,
  isFull,
  isUseless,
  mapWith,
  mapWithout,
  ownPassive,
  pick,
  sample,
  send,
  type Turn,
} from './turn.ts';

/**
 * HyParView's two views, section 4.1. The active view holds the neighbors: links that are up and whose other
 * end lists us too. The passive view is the reserve; departing from the paper its entries carry an age and
 * expire, because a random exchange of addresses alone keeps a dead one alive for ever.
 */

/** Takes the peer at the other end of a link as a neighbor; makes room if need be. */
export function activate(t: Turn, id: LinkId): void {
  const link = t.state.links.get(id);
  if (link?.phase !== 'up' || link.peer === undefined || t.overlay.neighbors.has(id)) return;
  const { peer, dialled } = link;
  const neighbor: Neighbor = {
    link: id,
    id: peer.id,
    address: peer.address,
    dialled,
    shown: peer.address || link.remote,
  };
  while (isFull(t)) evict(t, peer.address);
  const neighbors = mapWith(t.overlay.neighbors, id, neighbor);
  forgetPassive(t, peer.address);
  change(t, {
    neighbors,
    links: [...neighbors.keys()],
    idle: mapWithout(t.overlay.idle, id),
    lost: mapWithout(t.overlay.lost, peer.address, dialled),
    fruitless: 0,
  });
  t.out.push({ type: 'neighborUp', link: id, id: peer.id, address: neighbor.shown });
}

/**
 * Drops a random neighbor for another: it is told, and stays a candidate (`dropRandomElementFromActiveView`).
 *
 * Departing from the paper it is told of the other first, as by a walk that ends there: whom we make room for has
 * room, so the link between us two becomes one from each of us to the newcomer. In the paper the dropped one looks
 * for a place among peers that are nearly all full: about twice the frames a join.
 */
function evict(t: Turn, newcomer: Address): void {
  const victim = pick(t, t.overlay.links);
  if (victim === undefined) return;
  if (newcomer !== '') send(t, victim, { type: 'forwardJoin', address: newcomer, ttl: 0 });
  send(t, victim, { type: 'disconnect' });
  const asked = t.overlay.asked.get(victim);
  if (asked !== undefined)
    change(t, { asked: mapWith(t.overlay.asked, victim, { ...asked, withdrawn: true }) });
  deactivate(t, victim, 'made room for another');
}

/** The link stays up for now (see `idle.ts`), but is no neighbor's any more. */
export function deactivate(t: Turn, id: LinkId, reason: string): void {
  const neighbor = remove(t, id, reason);
  if (neighbor === undefined) return;
  reserve(t, neighbor.address, 0);
  change(t, { idle: mapWith(t.overlay.idle, id, t.env.now) });
}

/** Takes a neighbor out of the active view and says so. */
export function remove(t: Turn, id: LinkId, reason: string): Neighbor | undefined {
  const neighbor = t.overlay.neighbors.get(id);
  if (neighbor === undefined) return undefined;
  const neighbors = mapWithout(t.overlay.neighbors, id);
  change(t, { neighbors, links: [...neighbors.keys()] });
  t.out.push({ type: 'neighborDown', link: id, id: neighbor.id, address: neighbor.shown, reason });
  return neighbor;
}

/** Adds an address to the passive view, or makes its entry younger. `age` = ms since somebody spoke with the peer. */
export function reserve(t: Turn, address: Address, age: number, spare: ReadonlySet<Address> = nobody): void {
  const { passiveView, passiveAge } = t.state.settings;
  if (isUseless(t, address) || age >= passiveAge) return;
  const known = t.overlay.passive.get(address);
  const spokenAt = Math.max(t.env.now - age, known ?? -Infinity);
  if (known === spokenAt) return;
  const passive = ownPassive(t);
  if (known === undefined && passive.size >= passiveView) {
    // What we just sent away goes first: the other has it now (section 4.4). Then anyone.
    const addresses = [...passive.keys()];
    const out = addresses.find((one) => spare.has(one)) ?? pick(t, addresses);
    if (out !== undefined) passive.delete(out);
  }
  passive.set(address, spokenAt);
}

const nobody: ReadonlySet<Address> = new Set();

/** Forgets what nobody has spoken with for too long. */
export function expire(t: Turn): void {
  const oldest = t.env.now - t.state.settings.passiveAge;
  for (const [address, spokenAt] of t.overlay.passive) if (spokenAt <= oldest) forgetPassive(t, address);
}

/** Neighbors and reserves to tell another of: never the undialable, and never the one that is told. */
export function contacts(t: Turn, active: number, passive: number, except: Address): Contact[] {
  const seconds = (ms: number) => Math.max(0, Math.floor(ms / 1000));
  const near = [...t.overlay.neighbors.values()].filter(
    ({ address }) => address !== '' && address !== except,
  );
  const far = [...t.overlay.passive].filter(([address]) => address !== except);
  return [
    ...sample(t, near, active).map(({ address }) => ({ address, age: 0 })),
    ...sample(t, far, passive).map(([address, at]) => ({ address, age: seconds(t.env.now - at) })),
  ];
}
