/** A value that breaks a limit. Thrown where it is found, completed with its place on the way out. */
export class Refused extends RangeError {
  /** From the outside in: `.runs`, `[3]`, `.epoch`. */
  where = '';

  constructor(expected: string, value: unknown) {
    super(`expected ${expected}, got ${describe(value)}`);
  }
}

/** Says that the error came from inside `place`. */
export function within(place: string, error: unknown): unknown {
  if (error instanceof Refused) error.where = place + error.where;
  return error;
}

/** Short and plain ASCII whatever it is: reasons are printed, and sent back in a BYE of at most 255 bytes. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') {
    const start = value.slice(0, 32).replace(/[^\x20-\x7e]/g, '?');
    return value.length > 32 ? `"${start}..." (${value.length} characters)` : `"${start}"`;
  }
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? 'nil' : 'a map';
}
