import minimist from 'minimist';
import type { Flag, Table, Values } from './flag.ts';
import { nearest } from './nearest.ts';
import { quoted } from './safe.ts';
import { UsageError, WrongValue } from './wrong.ts';

/**
 * Reads the arguments by the table. minimist does the splitting and everything is a string to it, or it would
 * turn `0x50` into 80, `--json=no` into true and `--port` alone into true.
 * @throws UsageError that names the flag, the value and what is expected
 */
export function parse<F extends Table>(table: F, argv: readonly string[]): Values<F> {
  const glued = glueValues(table, argv);
  refuseUnknown(table, glued);
  const given = minimist(glued, { string: [...Object.keys(table), '_'] });
  const [stray] = given._;
  if (stray !== undefined)
    throw new UsageError(`unexpected argument ${quoted(stray)}: expected only flags, as in --port 8080`);
  const values = Object.entries(table).map(([name, flag]) => {
    const negated = name.startsWith('no-') && given[name.slice(3)] === false;
    const found: unknown = negated ? '' : given[name];
    const texts = found === undefined ? [] : [found].flat().map(String);
    return [name, valueOf(name, flag, texts)];
  });
  return Object.fromEntries(values) as Values<F>;
}

/** Makes `--period -1` into `--period=-1`: minimist would take the -1 for a flag. `--port --json` stays a missing value. */
function glueValues(table: Table, argv: readonly string[]): string[] {
  const glued: string[] = [];
  for (const arg of argv) {
    const name = glued.at(-1)?.slice(2) ?? '';
    const takes = glued.at(-1)?.startsWith('--') && Object.hasOwn(table, name) && table[name]?.argument;
    if (takes && /^-[^-]/.test(arg) && !glued.includes('--')) glued.push(`${glued.pop() ?? ''}=${arg}`);
    else glued.push(arg);
  }
  return glued;
}

/** Before minimist sees them, because `--__proto__`, `--constructor` and `--port.x` vanish in it. */
function refuseUnknown(table: Table, argv: readonly string[]): void {
  for (const arg of argv) {
    if (arg === '--') return;
    const [, flag, name = ''] = /^(--?([^=]*))/s.exec(arg) ?? [];
    if (flag === undefined || arg === '-' || (flag.startsWith('--') && Object.hasOwn(table, name))) continue;
    const similar = nearest(name, Object.keys(table)).map((known) => `--${known}`);
    const hint = similar.length === 0 ? 'see --help' : `did you mean ${similar.join(' or ')}?`;
    throw new UsageError(`unknown flag ${quoted(flag)}: ${hint}`);
  }
}

function valueOf(name: string, flag: Flag<unknown>, texts: readonly string[]): unknown {
  const check = flag.argument === undefined ? wrongSwitch(texts) : wrongTexts(flag, texts);
  if (check !== undefined) throw new UsageError(`--${name}: ${check}`);
  if (texts.length === 0) return flag.initial;
  try {
    const values = texts.map((text) => flag.parse(text));
    return values.reduce((before, next) => (flag.add ? flag.add(before, next) : next));
  } catch (error) {
    throw error instanceof WrongValue ? new UsageError(`--${name}: ${error.message}`) : error;
  }
}

function wrongSwitch(texts: readonly string[]): string | undefined {
  const value = texts.find((text) => text !== '');
  return value === undefined ? undefined : `expected no value, got ${quoted(value)}`;
}

function wrongTexts(flag: Flag<unknown>, texts: readonly string[]): string | undefined {
  if (texts.includes('')) return `expected ${flag.expected ?? 'a value'}, got nothing`;
  if (texts.length > 1 && !flag.add) return `expected once, got ${texts.map(quoted).join(' and ')}`;
  return undefined;
}
