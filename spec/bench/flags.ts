import { nearest } from '../../bin/cli/nearest.ts';
import { flag, toggle, type Values } from '../../bin/cli/flag.ts';
import { WrongValue } from '../../bin/cli/wrong.ts';
import { systems } from './systems/all.ts';
import type { System } from './systems/system.ts';

/** Every flag of the bench, in the order of `--help`. */
export const flags = {
  systems: flag<readonly System[]>({
    argument: 'NAME,...',
    expected: 'names of systems',
    initial: [],
    preset: `all: ${systems.map(({ name }) => name).join(', ')}`,
    help: 'Who is compared.',
    parse: (text) => list(text).map(systemNamed),
  }),
  payload: flag<readonly number[]>({
    argument: 'SIZE,...',
    expected: 'sizes such as 256,16k,1m',
    initial: [],
    help: 'Bytes of a message: 256, 16k, 1m. With this, --peers or --publishers: all combinations instead of the usual rows.',
    parse: (text) => list(text).map(parseSize),
  }),
  peers: flag<readonly number[]>({
    argument: 'N,...',
    expected: 'numbers from 2 to 200',
    initial: [],
    help: 'Processes, publishers included.',
    parse: (text) => list(text).map((one) => parseNumber(one, 2, 200)),
  }),
  publishers: flag<readonly number[]>({
    argument: 'N,...',
    expected: 'numbers from 1',
    initial: [],
    help: 'How many of them publish at once.',
    parse: (text) => list(text).map((one) => parseNumber(one, 1, 200)),
  }),
  runs: count('N', 3, 'Rounds; in each all systems take turns, in another order. The medians are shown.'),
  seconds: flag<number>({
    argument: 'S',
    expected: 'seconds such as 2 or 0.5',
    initial: 2,
    preset: '2',
    help: 'How long the publishers send in each run. `latency` takes twice that.',
    parse: parseSeconds,
  }),
  'warm-up': flag<number>({
    argument: 'S',
    expected: 'seconds such as 24 or 0.5',
    initial: 24,
    preset: '24',
    help: 'How long they send before that in `throughput`: V8 compiles for so long. `latency` takes twice that, at five times its rate.',
    parse: parseSeconds,
  }),
  rate: count('N', 200, 'Messages a second of `latency`.'),
  messages: count('N', 10_000_000, 'Messages of `memory`.'),
  idle: count('S', 60, 'Seconds of `idle`.'),
  flat: count('S', 600, 'Seconds of `flat`.'),
  stop: count('S', 30, 'Seconds for which `stopped` stops a receiver.'),
  quick: toggle(
    'Only to see that it works: rx-gossip and raw net, 3 processes, one run of a fifth of a second.',
  ),
  json: flag<string>({
    argument: 'FILE',
    expected: 'a file name',
    initial: '',
    help: 'Also write every sample of every run.',
    parse: (text) => text,
  }),
  chart: flag<string>({
    argument: 'FILE',
    expected: 'a file name such as bench.svg',
    initial: '',
    help: 'Also draw the deliveries a second.',
    parse: (text) => {
      if (!text.endsWith('.svg')) throw new WrongValue('a file name that ends in .svg', text);
      return text;
    },
  }),
  profile: flag<string>({
    argument: 'FOLDER',
    expected: 'a folder',
    initial: '',
    help: "Also write each member's CPU profile, for Chrome's DevTools. It costs speed.",
    parse: (text) => text,
  }),
  node: flag<readonly string[]>({
    argument: 'FLAG,...',
    expected: 'flags of Node.js such as --no-incremental-marking',
    initial: [],
    preset: 'none',
    help: 'Starts each member with these flags of Node.js: --node=--no-incremental-marking.',
    parse: (text) => list(text),
  }),
  quiet: toggle('No progress on standard error.'),
  help: toggle('Print this and exit.'),
};

export type Options = Values<typeof flags>;

/** What `--quick` stands for, where nothing else was asked for. */
export function quickened(options: Options): Options {
  if (!options.quick) return options;
  const or = <T>(given: readonly T[], preset: readonly T[]) => (given.length > 0 ? given : preset);
  return {
    ...options,
    systems: or(options.systems, ['raw', 'rx-gossip'].map(systemNamed)),
    payload: or(options.payload, [256]),
    peers: or(options.peers, [3]),
    ...{ runs: 1, seconds: 0.2, 'warm-up': 0.4, messages: 2000, idle: 1, flat: 2, stop: 2 },
  };
}

function count(argument: string, initial: number, help: string) {
  return flag<number>({
    ...{ argument, initial, help, preset: String(initial) },
    expected: 'a number from 1',
    parse: (text) => parseNumber(text, 1, 1e9),
  });
}

const list = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function systemNamed(name: string): System {
  const found = systems.find((system) => system.name === name);
  if (found !== undefined) return found;
  const names = systems.map((system) => system.name);
  const similar = nearest(name, names);
  throw new WrongValue((similar.length > 0 ? similar : names).join(', '), name);
}

function parseNumber(text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw new WrongValue(`a number from ${least} to ${most}`, text);
  return number;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || seconds <= 0 || seconds > 3600)
    throw new WrongValue('seconds such as 2 or 0.5, at most 3600', text);
  return seconds;
}

/** At least what a message's stamp needs; 1 MiB is what all systems take by default. */
function parseSize(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([km]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * { '': 1, k: 1024, m: 1024 * 1024 }[unit.toLowerCase() as '' | 'k' | 'm'];
  if (digits === undefined || bytes < 16 || bytes > 1024 * 1024)
    throw new WrongValue('a size from 16 to 1m, such as 256, 16k or 1m', text);
  return bytes;
}
