import { within } from './refused.ts';

/** What one kind of field is as a msgpack value. Both ways throw `Refused`: what is sent must be readable. */
export interface KindCodec<T> {
  readonly read: (value: unknown, longest: number) => T;
  readonly write: (value: T, longest: number) => unknown;
}

/** A field of a message, or of a row in one of its lists. On the wire its name is its position. */
export interface Column {
  readonly name: string;
  /** The limit its kind is held against: `longest()` in limits.ts. */
  readonly longest: number;
  readonly kind: KindCodec<unknown>;
}

/** Reads the values from position `from` into the fields of `into`. What follows the last column is ignored. */
export function readColumns(
  columns: readonly Column[],
  values: readonly unknown[],
  from: number,
  into: Record<string, unknown>,
): void {
  let i = 0;
  try {
    for (; i < columns.length; i++) {
      const column = columns[i]!;
      into[column.name] = column.kind.read(values[from + i], column.longest);
    }
  } catch (error) {
    throw within(`.${columns[i]!.name}`, error);
  }
}

/** Appends what the fields of `record` are on the wire to `values`. */
export function writeColumns(columns: readonly Column[], record: object, values: unknown[]): void {
  let i = 0;
  try {
    for (; i < columns.length; i++) {
      const column = columns[i]!;
      values.push(column.kind.write((record as Record<string, unknown>)[column.name], column.longest));
    }
  } catch (error) {
    throw within(`.${columns[i]!.name}`, error);
  }
}
