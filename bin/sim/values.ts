import { defaults, type Settings } from '../../lib/options.ts';
import type { Range } from '../../lib/sim/network.ts';
import { parseDuration } from '../cli/duration.ts';
import { nearest } from '../cli/nearest.ts';
import { WrongValue } from '../cli/wrong.ts';

export function parseNames(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

export function parseCount(text: string, least: number): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text) || count < least) throw new WrongValue(`a number from ${least}`, text);
  return count;
}

/** `10ms..50ms`, or one duration for both. */
export function parseRange(text: string): Range {
  const [from = '', to = from, ...rest] = text.split('..');
  if (rest.length > 0) throw new WrongValue('a range such as 10ms..50ms', text);
  const [min, max] = [parseDuration(from), parseDuration(to)];
  if (min > max) throw new WrongValue('a range from the smaller to the larger, as in 10ms..50ms', text);
  return { min, max };
}

export function parseShare(text: string): number {
  const share = Number(text);
  if (!/^(?:0|0?\.\d+)$/.test(text)) throw new WrongValue('a share from 0 to below 1, as in 0.01', text);
  return share;
}

/** `1..20`, `7`, `1,5,9`. */
export function parseSeeds(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [, from, to = from] = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(part.trim()) ?? [];
    if (from === undefined || Number(to) < Number(from) || Number(to) - Number(from) > 9999)
      throw new WrongValue('seeds such as 1..20 or 1,5,9', text);
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  });
}

/** `pingAfter=500,floodFirst=1`: what is a number or a switch in the defaults. */
export function parseSettings(text: string): Partial<Settings> {
  const numbers = Object.entries(defaults).filter(([, value]) =>
    ['number', 'boolean'].includes(typeof value),
  );
  const knobs = numbers.map(([name]) => name);
  const pairs = text.split(',').map((part) => {
    const [, name, value] = /^\s*(\w+)=(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (name === undefined) throw new WrongValue('settings such as pingAfter=500', text);
    if (!knobs.includes(name)) {
      const similar = nearest(name, knobs);
      throw new WrongValue(`one of ${(similar.length === 0 ? knobs : similar).join(', ')}`, name);
    }
    const isSwitch = typeof defaults[name as keyof Settings] === 'boolean';
    return [name, isSwitch ? Number(value) !== 0 : Number(value)];
  });
  return Object.fromEntries(pairs) as Partial<Settings>;
}
