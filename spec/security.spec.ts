import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaults, limitRanges, wireLimits } from '../lib/options.ts';
import { misbehaviours } from '../lib/protocol/links/misbehaviour.ts';
import { createCounters } from '../lib/protocol/counters.ts';

/** SECURITY.md says what the code does: its tables are held against lib/options.ts. */

const text = readFileSync(join(__dirname, '../SECURITY.md'), 'utf8');
const section = (title: string) => text.split(/^## /m).find((one) => one.startsWith(title)) ?? '';
const rows = (title: string) =>
  [...section(title).matchAll(/^\| `(\w+)` \| (\d+) \|(.*)\|$/gm)].map(([, name = '', value, rest = '']) => ({
    name,
    value: Number(value),
    cells: rest.split('|').map((cell) => cell.trim()),
  }));
const numbers: Readonly<Record<string, unknown>> = { ...defaults, ...wireLimits };

describe('the table of limits', () => {
  const limits = rows('Limits');

  it.each(limits)('$name is what the code has', ({ name, value }) => {
    expect(value).toBe(numbers[name]);
  });

  it('has a row for every limit that can be set, and for every one of the wire', () => {
    const names = limits.map(({ name }) => name);
    const all = [...Object.keys(limitRanges), ...Object.keys(wireLimits)];
    expect(all.filter((name) => !names.includes(name))).toEqual([]);
    expect(names).toEqual([...new Set(names)]);
  });

  it('says which can be set: those that the library takes', () => {
    const settable = limits.filter(({ cells }) => cells[0]?.endsWith('*option*')).map(({ name }) => name);
    expect(settable.sort()).toEqual(Object.keys(limitRanges).sort());
  });

  it('names counters that there are', () => {
    const named = limits.map(({ cells }) => cells.at(-1) ?? '').filter((cell) => cell !== '');
    const counters = Object.keys(createCounters()).map((name) => `\`${name}\``);
    expect(named.filter((name) => !counters.includes(name))).toEqual([]);
  });
});

it('the table of misbehaviour has the weights that the code has', () => {
  const weights = Object.fromEntries(rows('Misbehaviour').map(({ name, value }) => [name, value]));
  expect(weights).toEqual(misbehaviours);
});

it('every counter is in it somewhere', () => {
  const missing = Object.keys(createCounters()).filter((name) => !text.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});
