import type { LinkId } from '../events.ts';
import { heardAtOf, type Turn } from './turn.ts';

/** How late alarms ring here: ms, and when that was seen. */
export interface Lag {
  ms: number;
  at: number;
}

export const createLag = (): Lag => ({ ms: 0, at: -Infinity });

/** No machine is believed to be slower than this: whoever was stopped for a minute is not slow when it goes on. */
const most = 500;
const remembered = 2000;

export function rangLate({ b, env }: Turn, late: number): void {
  const ms = Math.min(late, most);
  if (ms < b.lag.ms && env.now - b.lag.at < remembered) return;
  b.lag.ms = ms;
  b.lag.at = env.now;
}

const lagOf = ({ b, env }: Turn): number => (env.now - b.lag.at < remembered ? b.lag.ms : 0);

/**
 * How much longer than on an idle machine something may take before it is late. A peer that has the processor seldom
 * reads late what came in time. To graft it then brings it twice, which takes more of what there is too little of:
 * several peers of one machine kept each other slow in that way, until the store had lost what they still lacked.
 */
export const slack = (t: Turn): number => 2 * lagOf(t);

/** Is it no longer ago than one is patient? */
export const isRecent = (t: Turn, at: number): boolean => at > t.env.now - patience(t);

/**
 * Is a link heard, and not for longer than an answer may take without what is expected of it, which last came, or was asked
 * for, at this time? It may be busy with what was sent before, or say other things for ever.
 */
export const isAtWork = (t: Turn, link: LinkId, at: number): boolean =>
  isRecent(t, heardAtOf(t, link)) && isWithinAnswer(t, at);

/** Is it no longer ago than an answer may take? */
export const isWithinAnswer = (t: Turn, at: number): boolean => t.env.now - at < t.state.settings.askTimeout;

/** The least time that is waited for a payload before it is grafted, or asked for again. */
export const patience = (t: Turn): number => t.state.settings.graftMin + slack(t);
