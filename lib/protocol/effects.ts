import type { Alarm, LinkId } from './events.ts';
import type { Address, Burst, ByeReason, Message, MessageOf, PeerId } from './messages.ts';

/** Whom an own message goes to, as people are shown it. */
export interface Audience {
  readonly neighbors: readonly Address[];
  /** Those of them to whom it is only announced. */
  readonly lazy: readonly Address[];
}

/** Everything a peer may do. The doers are a table in `lib/peer.ts`. */
export type Effect =
  | { readonly type: 'dial'; readonly address: Address }
  /** One message to some links: encoded once, the same bytes to each. */
  | { readonly type: 'send'; readonly links: readonly LinkId[]; readonly message: Message }
  /** The same of a burst, as far as a link is concerned one piece of memory. */
  | ({ readonly type: 'sendBurst'; readonly links: readonly LinkId[] } & Burst)
  /** Says BYE, flushes and ends the link. */
  | { readonly type: 'hangUp'; readonly link: LinkId; readonly bye: ByeReason; readonly text: string }
  /** Ends the link now: the other end does not answer. */
  | { readonly type: 'cut'; readonly link: LinkId }
  /** Reads nothing of the link for a moment, because what it brings can't be passed on as fast; or reads it again. */
  | { readonly type: 'hold' | 'letGo'; readonly link: LinkId }
  | { readonly type: 'resolve'; readonly seed: string }
  /** Not later than `at`; with `instead` not earlier either, whatever was asked for before. */
  | { readonly type: 'wake'; readonly alarm: Alarm; readonly at: number; readonly instead?: true }
  /** An own message lacks its proof: answered by `signed`, in the order of asking. */
  | { readonly type: 'sign'; readonly ref: number; readonly message: MessageOf<'gossip'> }
  /** Is this what its origin said? Answered by `verified`, in the order of asking. */
  | { readonly type: 'verify'; readonly link: LinkId; readonly message: MessageOf<'gossip'> }
  /** Born: `bound` is where it listens, `address` what it advertises (`''` when nobody can dial it). */
  | { readonly type: 'listening'; readonly bound: Address; readonly address: Address }
  /** A message for the application, with the neighbor it came through. */
  | { readonly type: 'deliver'; readonly message: MessageOf<'gossip'>; readonly via: Address }
  /** The same of messages that differ in sequence (each has the next) and payload only. */
  | ({ readonly type: 'deliverBurst'; readonly via: Address } & Burst)
  /** Messages that will not come: the hole is given up, a late copy is a duplicate. */
  | {
      readonly type: 'gap';
      readonly origin: PeerId;
      readonly epoch: number;
      readonly first: number;
      readonly last: number;
      readonly reason: string;
    }
  | ({ readonly type: 'published'; readonly ref: number; readonly message: MessageOf<'gossip'> } & Audience)
  /** The same of several, whose `ref`s go up to this one. */
  | ({ readonly type: 'publishedBurst'; readonly ref: number } & Burst & Audience)
  /** May the application go on publishing? `open: false` while a neighbor that it sends to is congested: `broadcast/flow.ts`. */
  | { readonly type: 'flow'; readonly open: boolean }
  /** Also how the overlay tells the broadcast. */
  | { readonly type: 'neighborUp'; readonly link: LinkId; readonly id: PeerId; readonly address: Address }
  | {
      readonly type: 'neighborDown';
      readonly link: LinkId;
      readonly id: PeerId;
      readonly address: Address;
      readonly reason: string;
    }
  /** Something an operator may want to know. */
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly text: string }
  /** The last effect of a peer: all BYEs are sent. */
  | { readonly type: 'left' };

export const log = (level: 'debug' | 'info' | 'warn' | 'error', text: string): Effect => ({
  type: 'log',
  level,
  text,
});
