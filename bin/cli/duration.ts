import { WrongValue } from './wrong.ts';

/** Node's timers count milliseconds in 31 bits; a longer one would fire at once. */
export const LONGEST = 2 ** 31 - 1;

const SHAPE = /^((?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(ms|s|m)?$/;
const UNITS = { ms: 1, s: 1000, m: 60_000 };

/** Milliseconds from `5`, `0.5` (seconds), `500ms`, `5s` or `1m`. */
export function parseDuration(text: string): number {
  const [, amount, unit = 's'] = SHAPE.exec(text) ?? [];
  if (amount === undefined) throw new WrongValue('a duration such as 5, 0.5, 500ms, 5s or 1m', text);
  const exact = Number(amount) * UNITS[unit as keyof typeof UNITS];
  if (exact > LONGEST) throw new WrongValue(`a duration of at most ${LONGEST}ms (24.8 days)`, text);
  // Rounded to 0, a very short period would silently mean "off".
  if (exact > 0 && exact < 1) throw new WrongValue('0 or a duration of at least 1ms', text);
  return Math.round(exact);
}
