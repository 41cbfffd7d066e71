import { limitRanges, type Limits } from '../../lib/options.ts';
import { WrongValue } from './wrong.ts';

/** Those that can be set: SECURITY.md's table has others too, which are the same for every peer. */
export const limitNames = Object.keys(limitRanges).join(', ');

/** `maxLinks=100,maxPending=10`. */
export function parseLimits(text: string): Partial<Limits> {
  return Object.fromEntries(text.split(',').map(parseLimit));
}

function parseLimit(text: string): readonly [string, number] {
  const [name = '', ...rest] = text.split('=');
  const digits = rest.join('=');
  if (!Object.hasOwn(limitRanges, name)) throw new WrongValue(`NAME=N, NAME one of ${limitNames}`, text);
  const [least, most] = limitRanges[name as keyof Limits];
  const value = /^\d{1,10}$/.test(digits) ? Number(digits) : NaN;
  if (!(value >= least && value <= most)) throw new WrongValue(`${name} from ${least} to ${most}`, text);
  return [name, value];
}
