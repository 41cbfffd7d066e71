import type { Place } from './systems/system.ts';

/** What the bench tells a member's process over its IPC channel, and what comes back: each order has one answer. */
export interface Orders {
  join: { order: { system: string; place: Place }; answer: { address: string } };
  /** One message that does not count, to see who is heard. */
  probe: { order: object; answer: object };
  /** Does it have its links, and which publishers has it heard so far, in any phase? */
  heard: { order: object; answer: { settled: boolean; publishers: readonly number[] } };
  send: { order: Sending; answer: Sent };
  /** Answers when all of it has come, or when nothing has come for `patience` milliseconds. */
  collect: { order: Expected; answer: Collected };
  /** The longest turn of its event loop since this was last asked, CPU milliseconds. The first time it begins to watch. */
  turns: { order: object; answer: { longest: number } };
  usage: { order: { gc?: boolean }; answer: Usage };
}

export type OrderName = keyof Orders;
export type OrderOf<N extends OrderName> = Orders[N]['order'];
export type AnswerOf<N extends OrderName> = Orders[N]['answer'];

export interface Sending {
  readonly phase: number;
  readonly bytes: number;
  /** Ends after so many milliseconds, or so many messages. */
  readonly ms: number;
  readonly messages?: number;
  /** Messages a second; without it as fast as the system lets. */
  readonly rate?: number;
}

export interface Pace {
  readonly ms: number;
  /** Messages a second. */
  readonly rate: number;
}

export interface Sent {
  readonly publisher: number;
  readonly count: number;
  readonly startedAt: number;
  /** Why it stopped before its time. */
  readonly stopped?: string;
}

export interface Expected {
  readonly phase: number;
  /** Pairs of publisher and how many messages it sent. */
  readonly sent: readonly (readonly [publisher: number, count: number])[];
  readonly patience: number;
}

export interface Collected {
  readonly received: number;
  readonly missing: number;
  readonly duplicates: number;
  /** Messages that nobody sent. */
  readonly strange: number;
  /** Messages that the system itself has reported as lost, since the start. */
  readonly lost: number;
  readonly lastAt: number;
  /** Microseconds from sending to arrival, of messages sent at a rate. */
  readonly delays: readonly number[];
}

export interface Usage {
  /** Microseconds of CPU since the process began. */
  readonly cpu: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** As they travel. */
export type Order = { [N in OrderName]: { id: number; name: N; order: OrderOf<N> } }[OrderName];
export interface Answer {
  readonly id: number;
  readonly answer?: unknown;
  /** The order failed: why. */
  readonly error?: string;
}
