/**
 * One row of a table of flags. Parsing, `--help` and the type of the result all come from the table, so a new
 * flag is a new row.
 */
export interface Flag<T> {
  /** What `--help` calls the value; a flag without one is a switch and takes none. */
  readonly argument?: string;
  /** What a missing value should have been. */
  readonly expected?: string;
  /** The value when the flag is not given. */
  readonly initial: T;
  /** The default as `--help` shows it, when there is something to say. */
  readonly preset?: string;
  readonly help: string;
  /** @throws WrongValue */
  parse(text: string): T;
  /** How a second value joins the first; a flag without it may be given once. */
  add?(before: T, next: T): T;
}

export type Table = Readonly<Record<string, Flag<unknown>>>;

export type Values<F extends Table> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** A row with a value. */
export function flag<T>(row: Flag<T> & { readonly argument: string; readonly expected: string }): Flag<T> {
  return row;
}

/** A row that is given or not. */
export function toggle(help: string): Flag<boolean> {
  return { initial: false, help, parse: () => true };
}
