import { createSlab } from './slab.ts';

const memory = createSlab();

/** A copy that stays when the read buffer is written over. */
export function keep(bytes: Uint8Array): Uint8Array {
  const copy = memory(bytes.length);
  copy.set(bytes);
  return copy;
}
