/** One part of a peer under a magnifying glass. */
export interface Micro {
  readonly name: string;
  /** Everything that is not to be timed: fresh state, events made beforehand. */
  readonly prepare: () => Batch;
}

export interface Batch {
  /** How many events `run` handles: at least a thousand, or the clock is what is measured. */
  readonly events: number;
  readonly run: () => void;
}

/** What a result goes to, so that the compiler can't leave out the work that made it. */
export let sink: unknown;
export const keep = (value: unknown) => void (sink = value);
