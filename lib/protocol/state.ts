import type { Env, Step } from './env.ts';
import type { Settings } from '../options.ts';
import type { Misbehaviour } from './links/misbehaviour.ts';
import type { Broadcast } from './broadcast/broadcast.ts';
import type { Counters } from './counters.ts';
import type { Effect } from './effects.ts';
import type { Event, LinkId } from './events.ts';
import type { Conduct } from './links/conduct.ts';
import type { Links } from './links/links.ts';
import type { Address, PeerId } from './messages.ts';
import type { Overlay } from './overlay/overlay.ts';

/** Who I am: fixed at birth, but for the address, which is known when the peer listens. */
export interface Self {
  readonly id: PeerId;
  /** Names this run of the process: compared for equality only, because clocks go backward. */
  readonly epoch: number;
  /** What HELLO says: `host:port`, `:port` (add the address you see me from), or `''` (not dialable). */
  readonly address: Address;
  /** What the user asked to be advertised: `''` (where it listens), `none`, `host` or `host:port`. */
  readonly advertise: string;
}

/** Another peer, as its HELLO introduced it. `address` is `''` when nobody can dial it. */
export interface PeerInfo {
  readonly id: PeerId;
  readonly epoch: number;
  readonly address: Address;
}

/**
 * The peer-set state that every event is scanned into. One slice a layer, each changed by its own layer
 * only. `links` and `overlay` are immutable; `broadcast` owns its collections (see there).
 */
export interface PeerState {
  readonly settings: Settings;
  readonly self: Self;
  readonly links: Links;
  readonly overlay: Overlay;
  readonly broadcast: Broadcast;
  /** How others behaved, and what was refused. Owned: changed in place, from the step only. */
  readonly conduct: Conduct;
  readonly counters: Counters;
  readonly leaving: boolean;
}

/** How a peer was lost: it said that it leaves the cluster; or ended the link with a BYE, and is alive; or nobody knows. */
export type Loss = 'left' | 'parted' | 'lost';

/** What the layers tell each other within one step; never seen outside. */
export type Signal =
  /** links: the other's HELLO is accepted; the link counts from now on. */
  | { readonly type: 'peerUp'; readonly link: LinkId }
  /** links: this peer's link was replaced by another to the same process (simultaneous dial, half-open link). */
  | { readonly type: 'peerMoved'; readonly from: LinkId; readonly to: LinkId }
  | {
      readonly type: 'peerDown';
      readonly link: LinkId;
      readonly peer: PeerInfo;
      readonly reason: string;
      readonly how: Loss;
    }
  /** links: a dialled link ended before it counted; the same as when the transport could not connect. */
  | (Event & { readonly type: 'dialFailed' })
  /** overlay: nobody's neighbor, and no longer needed. */
  | { readonly type: 'release'; readonly link: LinkId }
  /** broadcast: it takes nothing; the same as when its outbox is full. */
  | (Event & { readonly type: 'stuck' })
  /** Any layer: what came over this link is against the rules. */
  | { readonly type: 'misbehaved'; readonly link: LinkId; readonly what: Misbehaviour }
  /** links: the dialled address turned out to be oneself. */
  | { readonly type: 'metSelf'; readonly address: Address };

export type Out = Effect | Signal;

/** One layer of the protocol: sees the whole state, returns its own slice. */
export type Layer<Slice extends 'links' | 'overlay' | 'broadcast', In> = (
  state: PeerState,
  input: In,
  env: Env,
) => readonly [PeerState[Slice], readonly Out[]];

export type PeerStep = Step<PeerState, Event, Effect>;

export const nothing: readonly never[] = [];
