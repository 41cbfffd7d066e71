import { wireLimits } from '../options.ts';
import type { Kind } from '../protocol/messages.ts';

/**
 * Every check of a single value from the network; the numbers are in `options.ts`. A message inside these limits
 * always fits in a frame, so what one peer may encode another may decode.
 */
export const limits = wireLimits;

/** The largest frame (its length prefix not counted) where payloads may have `maxPayload` bytes. */
export function frameLimit(maxPayload: number): number {
  return Math.max(maxPayload, limits.frameFloor) + limits.frameOverhead;
}

/** How long a field may be: bytes of a text, a payload, or payloads together, entries of any other list; 0 for kinds of fixed size. */
export function longest(kind: Kind, field: string, maxPayload: number): number {
  switch (kind) {
    case 'bytes':
    case 'payloads':
      return maxPayload;
    case 'text':
      return field === 'cluster' ? limits.cluster : limits.text;
    case 'address':
      return limits.text;
    case 'addresses':
    case 'contacts':
      return limits.addresses;
    case 'runs':
    case 'announcements':
    case 'marks':
      return limits.rows;
    case 'flag':
    case 'uint':
    case 'id':
    case 'proof':
      return 0;
  }
}

/** Counters and times: what JavaScript counts exactly. */
export function isUint(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Counted as UTF-8, which is what travels; the bytes are only counted where the characters leave a doubt. */
export function isText(value: unknown, longest: number): value is string {
  if (typeof value !== 'string' || value.length > longest) return false;
  return value.length * 3 <= longest || Buffer.byteLength(value) <= longest;
}

const addressPattern = /^(?:[A-Za-z0-9._%-]+|\[[A-Za-z0-9._:%-]+\])?:([1-9][0-9]{0,4})$/;

/** `host:port`, `[v6]:port`, `:port` or `''`. One spelling per port: views are keyed by address. */
export function isAddress(value: unknown): value is string {
  if (value === '') return true;
  if (typeof value !== 'string' || value.length > limits.text) return false;
  const port = addressPattern.exec(value)?.[1];
  return port !== undefined && Number(port) <= 65535;
}
