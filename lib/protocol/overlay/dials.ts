import type { Contact, Address } from '../messages.ts';
import { change, isUseless, mapWith, mapWithout, type Turn } from './turn.ts';

/**
 * Why an address is dialled, and so what is said when the link is up:
 * - `join`: a seed; JOIN, and `probe` when we have neighbors already;
 * - `neighbor`: a candidate; NEIGHBOR, `firm` when we would make room for it;
 * - `reply`: the answer to a SHUFFLE that walked here.
 */
export type Purpose =
  | { readonly type: 'join'; readonly probe: boolean }
  | { readonly type: 'neighbor'; readonly high: boolean; readonly firm: boolean }
  | { readonly type: 'reply'; readonly contacts: readonly Contact[] };

/** Dials under way. At most one per address, because the address is the key. */
export type Dials = ReadonlyMap<Address, Purpose>;

/** Dials, unless it is of no use or under way. An errand that a dial under way would not do is dropped: the next round has another. */
export function dial(t: Turn, address: Address, purpose: Purpose): boolean {
  if (isUseless(t, address) || t.overlay.dials.has(address)) return false;
  change(t, { dials: mapWith(t.overlay.dials, address, purpose) });
  t.out.push({ type: 'dial', address });
  return true;
}

/** The dial is over; what was it for? */
export function dialDone(t: Turn, address: Address): Purpose | undefined {
  const purpose = t.overlay.dials.get(address);
  change(t, { dials: mapWithout(t.overlay.dials, address) });
  return purpose;
}
