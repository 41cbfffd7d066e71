/**
 * Every knob, once: its unit, its default and where the default comes from. Imports nothing. What a user
 * may set is {@link PeerOptions} (checked in `lib/api/check.ts`), what the protocol reads is {@link Settings}.
 */

export interface PeerOptions {
  /** TCP port to listen on. Default 0: any free one (`peer.listening` tells which). */
  port?: number;
  /** Host or IP address to listen on. Default `127.0.0.1`: only this machine (the seed's own default). */
  host?: string;
  /**
   * The address other peers should dial: `host`, `host:port`, or `none` for a peer nobody can dial (behind NAT).
   * Default: where it listens; when that is unspecified (`0.0.0.0`, `::`), the others use the address they see.
   */
  advertise?: string;
  /** Seeds: addresses to join through, `host:port`. Names are looked up afresh at every try. Default none. */
  connect?: readonly string[];
  /** Peers of another cluster are refused. At most 64 bytes. Default `''`. */
  cluster?: string;
  /** Milliseconds between gossip rounds: each publishes `say()`. Default 0: no rounds. At most 2^31-1 (Node's timer limit). */
  period?: number;
  /** What a round publishes. Default: 10 random characters of [A-Za-z0-9], as the seed does. */
  say?: () => string | Uint8Array;
  /** Topic of the rounds, at most 255 bytes. Default `''`. */
  topic?: string;
  /** Largest payload in bytes, sent or received. Default 1 MiB; all peers of a cluster should agree. 1..2^30. */
  maxPayload?: number;
  /** Neighbors at most. Default 5 (HyParView section 5.1). Clusters of up to one more are a full mesh. 1..100. */
  activeView?: number;
  /** Addresses kept in reserve. Default 30 (HyParView section 5.1: enough for 10,000 peers). 1..1000. */
  passiveView?: number;
  /** Bytes that may wait for a neighbor before `publish` and `send` make the application wait. Default 1 MiB; at least 4096. */
  highWater?: number;
  /** Bytes that may wait for a neighbor, and one message or burst: one that needs more is dropped. Default 16 MiB; at least twice `highWater`. */
  outboxLimit?: number;
  /** Bytes of messages kept for repair (for a minute at most). Default 16 MiB, or twice `maxPayload`; at least `maxPayload`. */
  storeBytes?: number;
  /**
   * Signs what this peer says (Ed25519) and takes only what is signed: nobody can forge or alter what another said.
   * All peers of a cluster should do so. The peer's id then follows from its key. Default false.
   */
  sign?: boolean;
  /** File with the signing key, made when there is none; only with `sign`. Default: a new key for the life of this peer. */
  keyFile?: string;
  /**
   * Secures every link with TLS 1.3 and this shared secret: a line as {@link newSecret} makes it, or several; the
   * first is used for dialling, all are accepted. Of a `file` with such lines changes are followed within 2 s.
   * Default: links are not secured.
   */
  secret?: string | { readonly file: string };
  /**
   * Secures every link with TLS 1.3 and certificates: files in PEM, of which changes are followed within 2 s. Each
   * end must show a certificate of `ca`; the dialled one's must be for `name`, or else for the host that was
   * dialled. Not together with `secret`.
   */
  tls?: { readonly cert: string; readonly key: string; readonly ca: string; readonly name?: string };
  /** Limits that differ from the defaults: see {@link Limits} and SECURITY.md. */
  limits?: Partial<Limits>;
  /** When it aborts, the peer closes. */
  signal?: AbortSignal;
}

/**
 * What others may take of this peer, where an operator may want another number. Each is a row of SECURITY.md's
 * table, which also has those that are part of the protocol ({@link wireLimits}).
 */
export interface Limits {
  /** Links at a time, both ways. Default 2048: neighbors and short errands; a seed has the most. */
  readonly maxLinks: number;
  /** Links at a time from one remote address. Default 64: peers behind one NAT. See `limitLoopback`. */
  readonly maxLinksPerAddress: number;
  /** Links at a time whose other end has not said HELLO. Default 1024: a cluster that starts at once has one seed. */
  readonly maxPending: number;
  /** Messages, and bytes, that one link may bring in a second. Default 0: any number. */
  readonly maxMessageRate: number;
  readonly maxByteRate: number;
  /** Dials a second that come of what others say; those of 5 s (`dialBurst`, fixed) may come at once. Default 20. */
  readonly maxDialRate: number;
  /** Ids that one link announced, or showed to exist, and that are not here: more are passed over. Default 8192. */
  readonly maxMissing: number;
  /** How often the same message is sent over one link in answer to GRAFTs. Default 3, as gossipsub's. */
  readonly maxRegrafts: number;
  /** 1: the limits and bans by remote address are for loopback too. Default 0: there everyone has one address. */
  readonly limitLoopback: number;
  /** 1: loopback and link-local addresses are dialled whoever tells them. Default 0. */
  readonly dialLocal: number;
}

/**
 * What both ends of a link must agree on, so no option: a frame is refused for it. Checked in `lib/wire/limits.ts`.
 */
export const wireLimits = {
  /** What a frame may hold besides its payload: the other fields of a GOSSIP are under 700 bytes, of a BURST under 2000. */
  frameOverhead: 4096,
  /** A frame may be this large (plus the overhead) whatever the payload limit is: a full list of addresses is 66 kB. */
  frameFloor: 64 * 1024,
  /** The first frame of a link, HELLO or BYE, is under 500 bytes. A stranger is not to have us hold more. */
  firstFrame: 4096,
  /** Containers inside each other. Messages need three (frame, list, row). */
  depth: 8,
  /** Values in one frame, counted over all its containers: an empty map is one byte to send and 130 to hold. */
  items: 8192,
  /** Bytes of a text, and of an address; DNS names are at most 253. */
  text: 255,
  /** Bytes of a cluster's name. */
  cluster: 64,
  /** Addresses in one list. */
  addresses: 256,
  /** Runs, announcements or marks in one list; 1024 rows of four are 5120 of the frame's `items`. */
  rows: 1024,
  /** Payloads in one BURST: an empty one is two bytes to send, and a message to handle. */
  payloads: 256,
  /** Bytes of a peer's id. */
  id: 16,
} as const;

/** All that the protocol is told from outside; times in milliseconds. */
export interface Settings extends Limits {
  readonly cluster: string;
  /** Addresses to join through, as the user wrote them. */
  readonly seeds: readonly string[];
  /** Largest payload in bytes. */
  readonly maxPayload: number;
  /** A link whose other end has said nothing is pinged after this, if possible on the beat: what an idle link costs is one exchange in so long. */
  readonly pingAfter: number;
  /** Wait for the answer to a PING, and how long the loser of two links to one peer is drained. */
  readonly pingAgain: number;
  /** Unanswered PINGs after which a link counts as dead: 4.5 s of quiet in all. A stopped peer is noticed within 5 s. */
  readonly pingTries: number;
  /** How long the other end may take for its HELLO, and how long two links to one peer count as a simultaneous dial. */
  readonly helloTimeout: number;
  /** A dial is given up after this, TLS handshake included. */
  readonly dialTimeout: number;
  /** A caller whose TLS handshake takes longer is cut. */
  readonly handshakeTimeout: number;
  /** Files with secrets and certificates are looked at this often. */
  readonly credentialsEvery: number;
  /** First and longest wait before a seed is dialled again; doubles between, with jitter of ±50 %. */
  readonly backoffMin: number;
  readonly backoffMax: number;
  /** Addresses in a discovery reply, at most. */
  readonly discoverLimit: number;
  /** Neighbors at most, and addresses kept in reserve: HyParView section 5.1 (5 and 30 carry 10,000 peers). */
  readonly activeView: number;
  readonly passiveView: number;
  /** Hops of a FORWARDJOIN, and the hop at which it also enters a passive view: HyParView's ARWL and PRWL. */
  readonly activeWalk: number;
  readonly passiveWalk: number;
  /** Neighbors and passive entries a SHUFFLE carries, how often (±50 %), and how rarely while no view changes: HyParView section 4.4. */
  readonly shuffleActive: number;
  readonly shufflePassive: number;
  readonly shuffleEvery: number;
  readonly shuffleCalm: number;
  /** A NEIGHBOR or JOIN without an answer is given up after this, and a GRAFT whose link is heard. */
  readonly askTimeout: number;
  /** A peer short of neighbors asks its candidates again every so often; doubles to ten times of it while all decline. */
  readonly refillEvery: number;
  /** A passive entry nobody has spoken with for so long is dropped: no ghosts. */
  readonly passiveAge: number;
  /** A neighbor that went without a goodbye is looked for during this time. */
  readonly lostAge: number;
  /** A link that is nobody's neighbor and waits for nothing is closed after this. */
  readonly linger: number;
  /** How often (±50 %) a peer none of whose seeds is a neighbor tries one seed and one peer believed failed... */
  readonly probeEvery: number;
  /** ...and how often when its view is full and no failure is remembered. */
  readonly probeCalm: number;
  /** Bytes given to a socket at once: what a control frame may have to wait behind. A choice, a few times what a busy socket is read at once. */
  readonly window: number;
  /** Bytes that wait for a link from which on it is congested, until only a quarter of them do. One largest payload by default. */
  readonly highWater: number;
  /** Bytes that wait for a link at most, and one frame: a link that needs more is dropped. */
  readonly outboxLimit: number;
  /** A congested neighbor that takes nothing for so long is demoted: nobody waits for it until it has caught up. Three times as long for one that is heard. The application waits no longer than this while others keep a link full. */
  readonly demoteAfter: number;
  /** A congested neighbor that takes nothing for so long is dropped. */
  readonly stuckAfter: number;
  /** IHAVEs are collected for this long, ±50 %: Plumtree section 3.8 "dispatch". */
  readonly ihaveDelay: number;
  /** Least wait for an announced payload before it is grafted. */
  readonly graftMin: number;
  /** A shorter path replaces the parent when it is shorter by at least this many hops: Plumtree section 3.9. */
  readonly optimization: number;
  /** New neighbors start eager up to this many, lazy beyond: the paper floods over all of them at first. */
  readonly eagerStart: number;
  /** An origin first heard of starts from a flood, as in the paper, not from the shared tree: more payloads once an origin, no late first message. */
  readonly floodFirst: boolean;
  /** Messages are kept for repair: at most so long, and at most so many bytes. */
  readonly storeAge: number;
  readonly storeBytes: number;
  /** A hole in an origin's sequence that is not filled by then is reported as a gap. */
  readonly repairTime: number;
  /** A random neighbor's marks are compared with ours every so often (±50 %), on a beat. */
  readonly marksEvery: number;
  /** Marks in one frame, and ids one GRAFT may ask for. */
  readonly pageSize: number;
  /** Runs of ids kept above a low-water mark with a hole below; beyond it the mark passes the hole. Also how many unseen ids one IHAVE or MARKS may tell of. */
  readonly marksAbove: number;
  /** Origins remembered; beyond it the one idle for longest is forgotten. */
  readonly maxOrigins: number;
  /** Epochs remembered of one origin. */
  readonly maxEpochs: number;
  /** Does this peer sign what it says, and take only what is signed? */
  readonly sign: boolean;
  /** Bytes of payloads from one link whose signature is being checked: more are dropped, and repaired. A second's worth of checks. */
  readonly verifyBytes: number;
  /** Ids by which an origin may get ahead in a second: ten times what a peer can say. What is further ahead is dropped. */
  readonly sequenceJump: number;
  /** Seconds' worth of `maxDialRate` that may be dialled at once. */
  readonly dialBurst: number;
  /** A ban's length: the first, doubling with each, the longest; forgotten after twice the longest. */
  readonly banFirst: number;
  readonly banLongest: number;
  /** Points of a misbehaviour score that are forgotten in a second. */
  readonly scoreFades: number;
  /** Peers and hosts whose misbehaviour is remembered; beyond it the ones that were quiet for longest are forgotten. */
  readonly maxOffenders: number;
}

/** What `limits` may be set to: all are whole numbers, from and to. */
export const limitRanges: Readonly<Record<keyof Limits, readonly [least: number, most: number]>> = {
  maxLinks: [1, 2 ** 31],
  maxLinksPerAddress: [1, 2 ** 31],
  maxPending: [1, 2 ** 31],
  maxMessageRate: [0, 2 ** 31],
  maxByteRate: [0, 2 ** 31],
  maxDialRate: [1, 2 ** 31],
  maxMissing: [1, 2 ** 31],
  maxRegrafts: [1, 2 ** 31],
  limitLoopback: [0, 1],
  dialLocal: [0, 1],
};

export const defaults: Settings = {
  cluster: '',
  seeds: [],
  maxPayload: 1024 * 1024,
  pingAfter: 2500,
  pingAgain: 1000,
  pingTries: 2,
  helloTimeout: 5000,
  dialTimeout: 2000,
  handshakeTimeout: 5000,
  credentialsEvery: 1000,
  backoffMin: 500,
  backoffMax: 30_000,
  discoverLimit: 64,
  activeView: 5,
  passiveView: 30,
  activeWalk: 6,
  passiveWalk: 3,
  shuffleActive: 3,
  shufflePassive: 4,
  shuffleEvery: 10_000,
  shuffleCalm: 60_000,
  askTimeout: 2000,
  refillEvery: 1000,
  passiveAge: 120_000,
  lostAge: 600_000,
  linger: 1000,
  probeEvery: 10_000,
  probeCalm: 60_000,
  window: 256 * 1024,
  highWater: 1024 * 1024,
  outboxLimit: 16 * 1024 * 1024,
  demoteAfter: 1000,
  stuckAfter: 10_000,
  ihaveDelay: 50,
  graftMin: 100,
  optimization: 1,
  eagerStart: 3,
  floodFirst: false,
  storeAge: 60_000,
  storeBytes: 16 * 1024 * 1024,
  repairTime: 30_000,
  marksEvery: 10_000,
  pageSize: 512,
  marksAbove: 4096,
  maxOrigins: 10_000,
  maxEpochs: 4,
  sign: false,
  verifyBytes: 4 * 1024 * 1024,
  sequenceJump: 1_000_000,
  maxLinks: 2048,
  maxLinksPerAddress: 64,
  maxPending: 1024,
  maxMessageRate: 0,
  maxByteRate: 0,
  maxDialRate: 20,
  dialBurst: 5,
  maxMissing: 8192,
  maxRegrafts: 3,
  limitLoopback: 0,
  dialLocal: 0,
  banFirst: 10_000,
  banLongest: 600_000,
  scoreFades: 1,
  maxOffenders: 1024,
};
