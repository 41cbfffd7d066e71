import { flags } from '../../../bin/cli/flags.ts';
import { peerOptions } from '../../../bin/cli/options.ts';
import { parse } from '../../../bin/cli/parse.ts';

describe('what the flags mean to the library', () => {
  it.each([
    ['nothing given', [], {}],
    ['--no-send', ['--no-send', '--period', '3'], { period: 0 }],
    ['--stdin', ['--stdin'], { period: 0 }],
    [
      'names',
      ['--cluster', 'c', '--topic', 't', '--advertise', 'none'],
      { cluster: 'c', topic: 't', advertise: 'none' },
    ],
    ['addresses', ['--port=1', '--host=::1', '--connect=a:1'], { port: 1, host: '::1', connect: ['a:1'] }],
  ])('%s', (_title, argv, options) => {
    expect(peerOptions(parse(flags, argv))).toEqual({
      ...{ port: 0, host: '127.0.0.1', connect: [], period: 5000 },
      ...options,
    });
  });

  it('--message is what a round says', () => {
    expect(peerOptions(parse(flags, ['--message', 'hi'])).say?.()).toBe('hi');
  });
});
