import { parseDuration } from '../cli/duration.ts';
import { flag, toggle } from '../cli/flag.ts';

/** The demo's flags, in the order of `--help`. */
export const flags = {
  seconds: flag<number>({
    argument: 'N',
    expected: 'a number of seconds',
    initial: 0,
    preset: 'until Ctrl-C',
    help: 'End by itself after so long.',
    parse: parseDuration,
  }),
  help: toggle('Print this and exit.'),
};
