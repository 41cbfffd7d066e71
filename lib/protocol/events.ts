import type { Piece } from './pieces.ts';
import type { Address, Burst, Message, MessageOf, MessageType } from './messages.ts';

/** Names a link for as long as the process lives; later links have higher numbers. */
export type LinkId = number;

/** Everything that can happen to a peer. Each has its paired effect in `effects.ts`. */
export type Event =
  /** Birth: the peer listens. `host` and `port` are where it is bound. */
  | { readonly type: 'listening'; readonly host: string; readonly port: number }
  /** A connection is there, either way; `dialled` is the address we dialled, `''` when the other did. */
  | { readonly type: 'linkUp'; readonly link: LinkId; readonly remote: string; readonly dialled: Address }
  /** `size`: the bytes of its frame, where they are known. */
  | { readonly type: 'received'; readonly link: LinkId; readonly message: Message; readonly size?: number }
  /**
   * GOSSIPs of one origin that follow each other, and came at once: they are as the first but for the sequence, which
   * grows by one, and the payload. At least two; `pieces` has the payloads of all, the first too; `size` is that of all their frames.
   */
  | ({ readonly type: 'burst'; readonly link: LinkId; readonly size: number } & Burst)
  /** A message of a type that is not known: a newer peer's. Counted, and otherwise passed over. */
  | { readonly type: 'ignored'; readonly link: LinkId; readonly size?: number }
  /** Bytes came that are no message: the reason names what was wrong. */
  | { readonly type: 'refused'; readonly link: LinkId; readonly reason: string }
  | { readonly type: 'linkDown'; readonly link: LinkId; readonly reason: string }
  /** So much waits for the link that it should be given no more. */
  | { readonly type: 'congested'; readonly link: LinkId }
  /** It is congested, and has taken some of what waits. */
  | { readonly type: 'took'; readonly link: LinkId }
  /** That is over: it has taken all but a little. */
  | { readonly type: 'relieved'; readonly link: LinkId }
  /** It is of no use any more: more waits for it than may, or it takes nothing (which the broadcast finds out). */
  | { readonly type: 'stuck'; readonly link: LinkId; readonly reason: string }
  | { readonly type: 'dialFailed'; readonly address: Address; readonly reason: string }
  /**
   * A caller did not prove that it may be spoken with, so there is no link; the reason says what was wrong.
   * `idle`: it did not even try, as scanners do by the thousand.
   */
  | {
      readonly type: 'handshakeFailed';
      readonly remote: string;
      readonly reason: string;
      readonly idle: boolean;
    }
  /** What became of the secrets or certificates that links are secured with, for operators. */
  | {
      readonly type: 'credentials';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly text: string;
    }
  /** What a seed's name stands for now; empty with a reason when the lookup failed. */
  | {
      readonly type: 'resolved';
      readonly seed: string;
      readonly addresses: readonly Address[];
      readonly reason: string;
    }
  | { readonly type: 'woken'; readonly alarm: Alarm }
  /** The application (or a gossip round) has something to say; `ref` comes back in `published`. */
  | { readonly type: 'publish'; readonly ref: number; readonly topic: string; readonly payload: Uint8Array }
  /** The same of several, whose `ref`s go up to this one. */
  | {
      readonly type: 'publishBurst';
      readonly ref: number;
      readonly topic: string;
      readonly pieces: readonly Piece[];
    }
  /** The answer to `sign`: the message with its proof. */
  | { readonly type: 'signed'; readonly ref: number; readonly message: MessageOf<'gossip'> }
  /** The answer to `verify`. */
  | {
      readonly type: 'verified';
      readonly link: LinkId;
      readonly message: MessageOf<'gossip'>;
      readonly ok: boolean;
    }
  | { readonly type: 'leave' };

/** `received`, narrowed to one message type. */
export interface Received<T extends MessageType> {
  readonly type: 'received';
  readonly link: LinkId;
  readonly message: MessageOf<T>;
}

/** Each layer has its own alarms; of two deadlines the earlier counts. */
export type Alarm =
  | 'links'
  | 'refill'
  | 'idle'
  | 'shuffle'
  | 'probe'
  | 'ihave'
  | 'graft'
  | 'repair'
  | 'store'
  | 'marks'
  | 'slow';
