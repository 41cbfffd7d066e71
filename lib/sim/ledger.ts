import type { Member } from './member.ts';

/** One published message and what became of it. */
export interface Sent {
  readonly origin: Member;
  readonly sequence: number;
  readonly publishedAt: number;
  /** Peers that got it, the origin not counted. */
  deliveries: number;
  /** When the last of them did. */
  lastAt: number;
  /** The largest hop count of a first copy: 1 at the origin's neighbors. The papers' LDH; iroh-gossip counts from 0. */
  lastHop: number;
  /** Who got it: one bit a member, by index. */
  heard: Uint8Array;
}

/** What was said and who heard it: the outside view from which every claim about delivery is checked. */
export class Ledger {
  readonly sent: Sent[] = [];
  deliveries = 0;
  /** Messages delivered twice to one peer, or to their own origin: always a bug. */
  doubled = 0;
  /** Highest hop of any delivery since it was last set to 0. */
  lastHop = 0;
  private readonly byOrigin = new Map<string, Sent[]>();

  published(origin: Member, sequence: number, now: number, members: number): Sent {
    const sent: Sent = {
      origin,
      sequence,
      publishedAt: now,
      deliveries: 0,
      lastAt: now,
      lastHop: 0,
      heard: new Uint8Array((members + 7) >> 3),
    };
    this.sent.push(sent);
    let own = this.byOrigin.get(origin.id);
    if (own === undefined) this.byOrigin.set(origin.id, (own = []));
    own[sequence] = sent;
    return sent;
  }

  delivered(to: Member, origin: string, sequence: number, hop: number, now: number): void {
    const sent = this.byOrigin.get(origin)?.[sequence];
    if (sent === undefined)
      throw new Error(`peer ${to.index} got ${origin}/${sequence}, which nobody published`);
    const at = to.index >> 3;
    const bit = 1 << (to.index & 7);
    if (at >= sent.heard.length) sent.heard = grown(sent.heard, at + 1);
    if ((sent.heard[at]! & bit) !== 0 || sent.origin === to) {
      this.doubled++;
      return;
    }
    sent.heard[at]! |= bit;
    sent.deliveries++;
    sent.lastAt = now;
    sent.lastHop = Math.max(sent.lastHop, hop);
    this.deliveries++;
    this.lastHop = Math.max(this.lastHop, hop);
  }
}

export const heardBy = (sent: Sent, member: Member): boolean =>
  ((sent.heard[member.index >> 3] ?? 0) & (1 << (member.index & 7))) !== 0;

function grown(bits: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(needed, bits.length * 2));
  larger.set(bits);
  return larger;
}
