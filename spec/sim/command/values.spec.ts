import { parse } from '../../../bin/cli/parse.ts';
import { flags } from '../../../bin/sim/flags.ts';

describe('the simulator’s flags', () => {
  it('are what the scenario says, when not given', () => {
    const options = parse(flags, []);
    const { peers, latency, loss, seeds, rounds } = options;
    expect([peers, latency, loss, seeds, rounds].every((value) => value === undefined)).toBe(true);
    expect(options).toMatchObject({ scenario: [], set: {}, json: false, list: false });
  });

  it('take ranges, shares, seeds, settings and several scenarios', () => {
    const line =
      '--scenario iroh,churn --scenario restart --peers 50 --latency 10ms..50ms --loss 0.01 --seeds 1..3,7 --rounds 9 ' +
      '--set pingAfter=500,pingTries=2 --set ihaveDelay=5 --json --report out.html';
    expect(parse(flags, line.split(' '))).toMatchObject({
      scenario: ['iroh', 'churn', 'restart'],
      peers: 50,
      latency: { min: 10, max: 50 },
      loss: 0.01,
      seeds: [1, 2, 3, 7],
      rounds: 9,
      set: { pingAfter: 500, pingTries: 2, ihaveDelay: 5 },
      json: true,
      report: 'out.html',
    });
    expect(parse(flags, ['--latency', '100ms'])).toMatchObject({ latency: { min: 100, max: 100 } });
  });

  it.each([
    ['--latency 50ms..10ms', '--latency: expected a range from the smaller to the larger'],
    ['--latency 1ms..2ms..3ms', '--latency: expected a range such as 10ms..50ms'],
    ['--loss 1', '--loss: expected a share from 0 to below 1'],
    ['--loss -0.1', '--loss: expected a share from 0 to below 1'],
    ['--seeds 5..1', '--seeds: expected seeds such as 1..20'],
    ['--seeds x', '--seeds: expected seeds such as 1..20'],
    ['--peers 1', '--peers: expected a number from 2'],
    ['--peers 1e3', '--peers: expected a number from 2'],
    ['--rounds 0', '--rounds: expected a number from 1'],
    ['--set pingafter=3', '--set: expected one of pingAfter'],
    ['--set cluster=3', '--set: expected one of '],
    ['--set pingAfter', '--set: expected settings such as pingAfter=500'],
    ['--report out.png', '--report: expected a file name that ends in .html'],
    ['--scenari iroh', 'unknown flag "--scenari": did you mean --scenario?'],
  ])('%s is refused with what was expected', (line, said) => {
    expect(() => parse(flags, line.split(' '))).toThrow(said);
  });
});
