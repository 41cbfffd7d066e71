import { leastLimits, type Limits } from '../../lib/options.ts';
import { WrongValue } from './wrong.ts';

/** `maxLinks=100,maxPending=10`. */
export function parseLimits(text: string): Partial<Limits> {
  return Object.fromEntries(text.split(',').map(parseLimit));
}

function parseLimit(text: string): readonly [string, number] {
  const [name = '', digits = ''] = text.split('=');
  if (!Object.hasOwn(leastLimits, name))
    throw new WrongValue(`NAME=N, NAME one of ${Object.keys(leastLimits).join(', ')}`, text);
  const least = leastLimits[name as keyof Limits];
  const value = /^\d{1,10}$/.test(digits) ? Number(digits) : NaN;
  if (!(value >= least && value <= 2 ** 31)) throw new WrongValue(`${name} from ${least} to 2^31`, text);
  return [name, value];
}
