/** The charts that scenarios put points in: what the axes are called. */
export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Does the y axis begin at 0? Default true. */
  readonly zero?: boolean;
}

export const charts = {
  irohRounds: {
    title: 'RMR by round, rules of iroh-gossip',
    x: 'round',
    y: 'RMR (payloads / (deliveries - 1) - 1)',
  },
  crash: {
    title: 'Reached after a crash (HyParView)',
    x: 'crashed at once (%)',
    y: 'living peers reached (%)',
  },
  steadyRmr: { title: 'Redundancy of one sender’s messages (Plumtree)', x: 'message', y: 'RMR' },
  steadyHop: { title: 'Last delivery hop of one sender’s messages', x: 'message', y: 'hops' },
  glomers: {
    title: 'Gossip Glomers: publish to last peer',
    x: 'share of messages',
    y: 'latency (ms)',
  },
  churn: {
    title: 'Churn: 1 % of the peers replaced each second',
    x: 'second',
    y: 'peers that missed a message',
  },
} as const satisfies Record<string, Chart>;

export type ChartName = keyof typeof charts;

/** A point: which chart, which line in it, where. */
export interface Point {
  readonly chart: ChartName;
  readonly line: string;
  readonly x: number;
  readonly y: number;
}
