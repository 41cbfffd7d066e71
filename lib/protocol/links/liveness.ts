import type { Settings } from '../../options.ts';
import { nextBeat } from '../beat.ts';
import type { Links, LinkState, Pulse } from './links.ts';

/** A nonce only has to tell a PING from those just before it, and a small one is written and read quickly (`wire/ping.ts`). */
const nonces = 128;

/** A tick of the sweep. PINGs due within one grain go out in one wake-up instead of one each. */
const grain = 250;

export const firstPulse = (now: number): Pulse => ({
  heardAt: now,
  unanswered: 0,
  pingedAt: 0,
  pongAt: -Infinity,
  nonce: 0,
  rtt: undefined,
});

/** Any frame is a sign of life, so a busy link is never pinged. */
export function heard(pulse: Pulse, now: number): void {
  pulse.heardAt = now;
  pulse.unanswered = 0;
}

/** True when it is the answer to the latest PING. */
export function answered(pulse: Pulse, nonce: number, now: number): boolean {
  if (nonce !== pulse.nonce || pulse.pingedAt === 0) return false;
  const sample = now - pulse.pingedAt;
  pulse.rtt = pulse.rtt === undefined ? sample : (7 * pulse.rtt + sample) / 8;
  pulse.pingedAt = 0;
  pulse.pongAt = now;
  return true;
}

export function pinged(pulse: Pulse, now: number): number {
  pulse.unanswered += 1;
  pulse.pingedAt = now;
  pulse.nonce = (pulse.nonce + 1) % nonces;
  return pulse.nonce;
}

/** What a link needs at this moment. */
export type Verdict = 'fine' | 'ping' | 'dead' | 'silent';

/**
 * - greeting and no HELLO in time: `silent`;
 * - quiet for `pingAfter` since the last frame (longer or shorter by what `dueAt` says), and for `pingAgain` since a
 *   PING: `ping`, and after `pingTries` of them `dead`.
 */
export function verdict(link: LinkState, settings: Settings, now: number): Verdict {
  if (now < dueAt(link, settings)) return 'fine';
  if (link.phase !== 'up') return 'silent';
  return link.pulse.unanswered >= settings.pingTries ? 'dead' : 'ping';
}

function dueAt(link: LinkState, settings: Settings): number {
  if (link.phase === 'greeting') return link.openedAt + settings.helloTimeout;
  if (link.phase === 'retired') return link.drainedAt;
  const { heardAt, pingedAt, pongAt, unanswered, rtt } = link.pulse;
  // Counted from the last frame, so that late sweeps do not add up; but each PING is given its time even when
  // we were stopped ourselves and all of them are overdue. That time is a grain less, and half of one for a late sweep:
  // with the whole of it the end that dialled would miss the next sweep twice, and be half a second late.
  const counted = heardAt + settings.pingAfter + unanswered * settings.pingAgain;
  if (unanswered > 0) return Math.max(counted, pingedAt + settings.pingAgain - 1.5 * grain);
  // A PING is a sign of life of its sender too: were both ends to wait alike, both would ask. So the end that
  // dialled lets the other begin, once it has a round trip of its own: that may be a grain late, and the PING travels.
  if (link.dialled !== '') return rtt === undefined ? counted : counted + 2 * grain;
  // A link on which nothing but PONGs comes is pinged on the beat, once before its time to come to it. One that is in
  // use is not, but for a grain.
  return heardAt === pongAt
    ? nextBeat(heardAt + grain, settings)
    : Math.min(counted, nextBeat(counted - grain, settings));
}

/** Has one that was pinged not been heard since? */
export const isWaiting = ({ pulse }: LinkState): boolean => pulse.unanswered > 0;

/** When to look again: the earliest due link, rounded up to the grain. */
export function nextSweep(links: Links, settings: Settings, now: number): number {
  let earliest = Infinity;
  for (const link of links.values()) earliest = Math.min(earliest, dueAt(link, settings));
  return Math.max(Math.ceil(earliest / grain) * grain, now + 1);
}
