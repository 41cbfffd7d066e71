import { flags } from '../../../bin/cli/flags.ts';
import { peerHelp } from '../../../bin/cli/help.ts';
import { limitRanges } from '../../../lib/options.ts';
import { demoHelp } from '../../../bin/demo/demo.ts';

describe('--help', () => {
  const help = peerHelp(flags);

  it.each([help, demoHelp])('fits 100 columns', (text) => {
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('shows every flag with its value', () => {
    for (const [name, flag] of Object.entries(flags)) {
      expect(help).toContain(`\n  --${name} ${flag.argument ?? ''}`);
    }
  });

  it('shows the default of every flag that takes a value', () => {
    const silent = Object.entries(flags).filter(
      ([, flag]) => flag.argument !== undefined && flag.preset === undefined,
    );
    expect(silent).toEqual([]);
    expect(help.replace(/\s+/g, ' ')).toContain('1m. 0 only listens. Default: 5.');
  });

  it('names every limit that can be set, and no other', () => {
    const [, names = ''] = /NAME is one of ([\w, ]+)\./.exec(help.replace(/\s+/g, ' ')) ?? [];
    expect(names.split(', ')).toEqual(Object.keys(limitRanges));
  });

  it('shows the examples of the seed', () => {
    expect(help).toContain('\n  peer --port 8080 --period 5\n');
    expect(help).toContain('\n  peer --period=6 --port=8081 --connect="127.0.0.1:8080"\n');
  });
});
