/** What is compared. One file, one system; the bench knows no more of it than this. */
export interface System {
  /** What `--systems` calls it. */
  readonly name: string;
  /** What the table calls it. */
  readonly label: string;
  /** How it is used and with which settings, for the lines above the table. */
  readonly about: string;
  /** Is it in `spec/bench/node_modules`? */
  readonly installed?: boolean;
  /** A broker that must run first. */
  readonly server?: ServerProgram;
  /**
   * Takes part as a user's program would. Members join one after the other; resolves when this one can be
   * told to the next. What the others send, never what it sent itself, goes to `onMessage`.
   */
  join(place: Place, onMessage: OnMessage): Promise<Member>;
}

export type OnMessage = (payload: Uint8Array) => void;

/** Where a member stands among the others. */
export interface Place {
  /** 0 for the first. */
  readonly index: number;
  /** How many members there will be. */
  readonly count: number;
  /** Addresses of the members 0 to index-1. */
  readonly known: readonly string[];
  /** `host:port` of the broker; `''` without one. */
  readonly server: string;
}

export interface Member {
  /** What the next ones are told; `''` where they need not know. */
  readonly address: string;
  /**
   * Sends to all the others. A promise says "wait for this before the next one", in the system's own way:
   * `drain`, a flush, a reply.
   */
  send(payload: Uint8Array): Promise<unknown> | undefined;
  /** Does it have the links that it will have? Without it, a message that arrives tells. */
  settled?(): boolean;
  /** Messages that the system itself has reported as lost. */
  lost?(): number;
}

export interface ServerProgram {
  readonly command: string;
  /** The Debian package that brings it. */
  readonly package: string;
  readonly args: (port: number) => readonly string[];
}
