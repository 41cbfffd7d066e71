import type { Settings } from '../../lib/options.ts';
import type { Range } from '../../lib/sim/network.ts';
import { flag, toggle, type Values } from '../cli/flag.ts';
import { WrongValue } from '../cli/wrong.ts';
import { parseCount, parseNames, parseRange, parseSeeds, parseSettings, parseShare } from './values.ts';

/** Every flag of the simulator, in the order of `--help`. What is not given is the scenario's own. */
export const flags = {
  scenario: flag<readonly string[]>({
    argument: 'NAME,...',
    expected: 'a name that --list prints',
    initial: [],
    help: 'What to run: scenarios, groups of them, or all. May be repeated.',
    parse: parseNames,
    add: (before, next) => [...before, ...next],
  }),
  list: toggle('Print the scenarios, what each measures and what it must show, and exit.'),
  peers: flag<number | undefined>({
    argument: 'N',
    expected: 'a number from 2',
    initial: undefined,
    preset: "the scenario's",
    help: 'How many peers.',
    parse: (text) => parseCount(text, 2),
  }),
  latency: flag<Range | undefined>({
    argument: 'MIN..MAX',
    expected: 'a range such as 10ms..50ms',
    initial: undefined,
    preset: "the scenario's",
    help: 'From one peer to another, drawn once for each pair: 10ms..50ms, or 100ms for all.',
    parse: parseRange,
  }),
  loss: flag<number | undefined>({
    argument: 'P',
    expected: 'a share such as 0.01',
    initial: undefined,
    preset: "the scenario's",
    help: 'Share of packets lost. Streams are reliable: what is lost comes a retransmission later, and all behind it waits.',
    parse: parseShare,
  }),
  seeds: flag<readonly number[] | undefined>({
    argument: 'N..M',
    expected: 'seeds such as 1..20 or 1,5,9',
    initial: undefined,
    preset: "the scenario's",
    help: 'One run each: 1..20, or 1,5,9.',
    parse: parseSeeds,
  }),
  rounds: flag<number | undefined>({
    argument: 'N',
    expected: 'a number from 1',
    initial: undefined,
    preset: "the scenario's",
    help: 'How often a scenario repeats what it does (messages, rounds, seconds: --list says).',
    parse: (text) => parseCount(text, 1),
  }),
  set: flag<Partial<Settings>>({
    argument: 'KNOB=N,...',
    expected: 'settings such as pingAfter=500',
    initial: {},
    help: 'Settings of all peers by their names in lib/options.ts, times in milliseconds. May be repeated.',
    parse: parseSettings,
    add: (before, next) => ({ ...before, ...next }),
  }),
  json: toggle('Print one JSON document instead of the table.'),
  baseline: flag<string | undefined>({
    argument: 'FILE',
    expected: 'a file that --json wrote',
    initial: undefined,
    help: 'Print how the figures differ from those of an earlier run.',
    parse: (text) => text,
  }),
  report: flag<string | undefined>({
    argument: 'FILE',
    expected: 'a file name such as report.html',
    initial: undefined,
    help: 'Also write one HTML page with the results and charts.',
    parse: (text) => {
      if (!/\.html?$/.test(text)) throw new WrongValue('a file name that ends in .html', text);
      return text;
    },
  }),
  quiet: toggle('No progress on standard error.'),
  help: toggle('Print this and exit.'),
};

export type Options = Values<typeof flags>;
