import type { Entry, SimClock } from './clock.ts';

/** What travels to one end in one packet: the bytes written at one time, or how the link ended. */
export interface Packet {
  readonly what: Uint8Array | 'end' | 'cut';
  /** Further writes at the same time. */
  more: Uint8Array[] | undefined;
  /** The link was ended at the same time: as over TCP, the end travels with the last bytes. */
  last: boolean;
  readonly sentAt: number;
  at: number;
  order: number;
  /** The one sent after it. */
  next: Packet | undefined;
}

/** TCP's first retransmission timeout, doubled with each loss of the same packet (Linux: 200 ms to 120 s). */
export const firstTimeout = 200;
const longestTimeout = 120_000;

/** Packets that did not get through, and when they are sent again. */
export class Resend implements Entry {
  ticket = -1;
  readonly packets: Packet[];
  private timeout = firstTimeout;

  constructor(
    private readonly clock: SimClock,
    private readonly from: { readonly resend: (packets: readonly Packet[]) => boolean },
    packet: Packet,
  ) {
    this.packets = [packet];
    this.wait();
  }

  fire(): void {
    if (this.from.resend(this.packets)) return;
    this.timeout = Math.min(this.timeout * 2, longestTimeout);
    this.wait();
  }

  private wait(): void {
    this.clock.add(this, this.clock.now() + this.timeout);
  }
}
