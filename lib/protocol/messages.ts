/**
 * Every message two peers exchange, as one table: name, type number on the wire, fields in wire order.
 * The TypeScript types, the guards and the codec (`lib/wire/codec.ts`) are all derived from it, so a new
 * message is a new row. A row is never changed once released: a field may only be added at its end
 * (receivers ignore what follows the fields they know), and unknown types are passed over.
 */
import { countOf, eachPayload, pieceOf, sliced, type Piece } from './pieces.ts';

/** 16 bytes that name a running peer, as 32 hex digits inside the process. */
export type PeerId = string;

/** `host:port` (`[::1]:8080` for IPv6); `:port` = "my port, at the address you see me from"; `''` = not dialable. */
export type Address = string;

/** An inclusive run of sequence numbers of one origin's epoch: how lists of message ids travel. */
export interface Run {
  origin: PeerId;
  epoch: number;
  first: number;
  last: number;
}

/** One line of an IHAVE: messages, and the hop count at which their announcer holds them. */
export interface Announcement extends Run {
  hop: number;
}

/** What a peer has seen of one origin's epoch: everything below `low`, and some of what lies below `high`. */
export interface Mark {
  origin: PeerId;
  epoch: number;
  low: number;
  high: number;
}

/** An address and how many seconds ago somebody last spoke with the peer there: how passive views travel. */
export interface Contact {
  address: Address;
  age: number;
}

/** What a message carries whose origin does not sign. */
export const noProof = new Uint8Array(0);

/** What a field may hold; `lib/wire/codec.ts` has a reader, a writer and a limit for each. */
export interface Kinds {
  flag: boolean;
  uint: number;
  text: string;
  id: PeerId;
  address: Address;
  bytes: Uint8Array;
  /** At least one. */
  payloads: readonly Uint8Array[];
  /** Empty, or the origin's public key and its signature. */
  proof: Uint8Array;
  addresses: readonly Address[];
  contacts: readonly Contact[];
  runs: readonly Run[];
  announcements: readonly Announcement[];
  marks: readonly Mark[];
}

export type Kind = keyof Kinds;

/** Who said it, and how it came: what a GOSSIP and a BURST begin with, so that one is read and written as the other. */
const said = {
  origin: 'id',
  epoch: 'uint',
  sequence: 'uint',
  hop: 'uint',
  address: 'address',
  topic: 'text',
} as const;

export const messageTable = {
  // Links.
  hello: {
    code: 1,
    fields: {
      min: 'uint',
      max: 'uint',
      cluster: 'text',
      id: 'id',
      epoch: 'uint',
      address: 'address',
      serial: 'uint',
    },
  },
  bye: { code: 2, fields: { code: 'uint', text: 'text' } },
  ping: { code: 3, fields: { nonce: 'uint' } },
  pong: { code: 4, fields: { nonce: 'uint' } },

  // Discovery: the seed's question and its answer.
  discover: { code: 8, fields: {} },
  peers: { code: 9, fields: { addresses: 'addresses' } },

  // Overlay: HyParView (Leitao, Pereira, Rodrigues, DSN 2007), section 4 and algorithm 1.
  join: { code: 10, fields: { probe: 'flag' } },
  forwardJoin: { code: 11, fields: { address: 'address', ttl: 'uint' } },
  neighbor: { code: 12, fields: { high: 'flag' } },
  neighborReply: { code: 13, fields: { accepted: 'flag' } },
  disconnect: { code: 14, fields: {} },
  shuffle: { code: 15, fields: { address: 'address', ttl: 'uint', contacts: 'contacts' } },

  // Broadcast: Plumtree (same authors, SRDS 2007), section 3 and algorithms 1 to 4.
  gossip: {
    code: 16,
    fields: { ...said, payload: 'bytes', proof: 'proof' },
  },
  ihave: { code: 17, fields: { ids: 'announcements' } },
  graft: { code: 18, fields: { ids: 'runs', eager: 'flag', payload: 'flag' } },
  prune: { code: 19, fields: { origin: 'id' } },
  gone: { code: 20, fields: { ids: 'runs' } },
  marks: { code: 21, fields: { marks: 'marks', last: 'flag', reply: 'flag' } },
  /** Several GOSSIPs without proof: the sequence is that of the first, and the others have the next ones. */
  burst: {
    code: 22,
    fields: { ...said, payloads: 'payloads' },
  },

  // Overlay, continued.
  shuffleReply: { code: 24, fields: { contacts: 'contacts' } },
} as const satisfies Record<string, { code: number; fields: Record<string, Kind> }>;

type Table = typeof messageTable;

export type MessageType = keyof Table;

/** A decoded message: `{ type: 'ping', nonce: 7 }`. */
export type MessageOf<T extends MessageType> = {
  [K in T]: { readonly type: K } & {
    readonly [F in keyof Table[K]['fields']]: Kinds[Table[K]['fields'][F] & Kind];
  };
}[T];

export type Message = MessageOf<MessageType>;

/** Messages of one origin: as the first, but for the sequence, which grows by one, and the payload. */
export interface Burst {
  readonly first: MessageOf<'gossip'>;
  readonly pieces: readonly Piece[];
}

/** What a BURST says. */
export const burstIn = ({ payloads, ...rest }: MessageOf<'burst'>): Burst => ({
  first: { ...rest, type: 'gossip', payload: payloads[0]!, proof: noProof },
  pieces: payloads.map(pieceOf),
});

/** So many of a burst's messages, from this number on. */
export const partOf = (burst: Burst, nr: number, count: number): Burst =>
  nr === 0 && count === countOf(burst.pieces)
    ? burst
    : { first: messageOf(burst.first, nr, burst.first.payload), pieces: sliced(burst.pieces, nr, count) };

export function messagesOf({ first, pieces }: Burst): readonly MessageOf<'gossip'>[] {
  const messages: MessageOf<'gossip'>[] = [];
  eachPayload(pieces, (payload, nr) => messages.push(messageOf(first, nr, payload)));
  return messages;
}

/** Message `nr` of a burst. Without a spread: that costs as much as all else that is done for a message. */
export function messageOf(
  { origin, epoch, sequence, hop: its, address, topic, proof }: MessageOf<'gossip'>,
  nr: number,
  payload: Uint8Array,
  hop = its,
): MessageOf<'gossip'> {
  return { type: 'gossip', origin, epoch, sequence: sequence + nr, hop, address, topic, payload, proof };
}

/** The message as the next peer gets it, or the one of its burst with this number and payload. */
export const onward = (message: MessageOf<'gossip'>, nr = 0, payload = message.payload) =>
  messageOf(message, nr, payload, message.hop + 1);

/** Protocol versions this build speaks; two peers use the highest both know. */
export const versions = { min: 1, max: 1 } as const;

/** Why a link ends: the `code` of BYE. The text beside it is for people. */
export const byeCodes = {
  leaving: 0,
  duplicate: 1,
  self: 2,
  cluster: 3,
  version: 4,
  protocol: 5,
  timeout: 6,
  done: 7,
  full: 8,
  clone: 9,
  banned: 10,
} as const;

export type ByeReason = keyof typeof byeCodes;
