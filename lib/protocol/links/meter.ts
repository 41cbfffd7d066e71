import type { Settings } from '../../options.ts';

/** What a link brought in the current second. Owned: changed in place by this file alone, because every frame does. */
export interface Meter {
  /** When the second began. */
  since: number;
  messages: number;
  bytes: number;
  /** Has the excess of this second been told? */
  told: boolean;
}

export const createMeter = (now: number): Meter => ({ since: now, messages: 0, bytes: 0, told: false });

/** Counts a message; true once in a second in which it is more than may come. */
export function tooFast(
  meter: Meter,
  size: number,
  { maxMessageRate, maxByteRate }: Pick<Settings, 'maxMessageRate' | 'maxByteRate'>,
  now: number,
): boolean {
  if (maxMessageRate === 0 && maxByteRate === 0) return false;
  if (now - meter.since >= 1000) Object.assign(meter, createMeter(now));
  meter.messages += 1;
  meter.bytes += size;
  const over =
    (maxMessageRate > 0 && meter.messages > maxMessageRate) || (maxByteRate > 0 && meter.bytes > maxByteRate);
  if (!over || meter.told) return false;
  meter.told = true;
  return true;
}
