import type { PeerId } from '../protocol/messages.ts';
import { limits } from './limits.ts';
import { binToken } from './tokens.ts';

/**
 * Ids travel as 16 bytes and are 32 hex digits inside the process. Few peers send most messages, so both
 * directions remember what they turned last: a hit costs a comparison and yields the same string every time.
 */

/** Ids remembered each way, about half a megabyte full; more origins than that only cost the conversion. */
const remembered = 4096;

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** One id per slot; whoever comes to the same slot replaces it. */
const slots = new Array<PeerId | undefined>(remembered).fill(undefined);
const slotBytes = new Uint8Array(remembered * limits.id);

/** Does an id begin here, with its token and its length? */
export const isIdAt = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === binToken(limits.id) && bytes[at + 1] === limits.id;

/** The 16 bytes from `at` on as hex digits. */
export function idFromBytes(bytes: Uint8Array, at = 0): PeerId {
  // Both ends take part, so that neither random ids nor counters crowd into few slots.
  const slot =
    ((bytes[at]! ^ bytes[at + 15]!) | ((bytes[at + 1]! ^ bytes[at + 14]!) << 8)) & (remembered - 1);
  const offset = slot * limits.id;
  const known = slots[slot];
  if (known !== undefined) {
    let i = 0;
    while (i < limits.id && slotBytes[offset + i] === bytes[at + i]) i++;
    if (i === limits.id) return known;
  }
  let id = '';
  for (let i = 0; i < limits.id; i++) id += hex[bytes[at + i]!]!;
  slots[slot] = id;
  slotBytes.set(bytes.subarray(at, at + limits.id), offset);
  return id;
}

const bytesOf = new Map<PeerId, Uint8Array>();

/** The bytes of an id, shared between calls; undefined when it is not 32 lower-case hex digits. */
export function bytesFromId(id: PeerId): Uint8Array | undefined {
  const known = bytesOf.get(id);
  if (known !== undefined) return known;
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
  const bytes = Uint8Array.from({ length: limits.id }, (_, i) => parseInt(id.slice(i * 2, i * 2 + 2), 16));
  if (bytesOf.size >= remembered) bytesOf.clear();
  bytesOf.set(id, bytes);
  return bytes;
}
