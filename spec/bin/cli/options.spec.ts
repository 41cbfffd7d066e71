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
    ['signatures', ['--sign', '--key-file', 'k.pem'], { sign: true, keyFile: 'k.pem' }],
    [
      'limits',
      ['--limit', 'maxLinks=9,maxPending=3', '--limit=maxLinks=10'],
      { limits: { maxLinks: 10, maxPending: 3 } },
    ],
    ['addresses', ['--port=1', '--host=::1', '--connect=a:1'], { port: 1, host: '::1', connect: ['a:1'] }],
  ])('%s', (_title, argv, options) => {
    expect(peerOptions(parse(flags, argv))).toEqual({
      ...{ port: 0, host: '127.0.0.1', connect: [], period: 5000 },
      ...options,
    });
  });

  const secret = `k ${'ab'.repeat(32)}`;
  const tls = ['--tls-cert', 'c.pem', '--tls-key', 'k.pem', '--tls-ca', 'a.pem'];
  it.each([
    ['a secret file', ['--secret-file', 's.txt'], {}, { secret: { file: 's.txt' } }],
    ['a secret of the environment', [], { RX_GOSSIP_SECRET: secret }, { secret }],
    [
      'the flag before the environment',
      ['--secret-file', 's.txt'],
      { RX_GOSSIP_SECRET: secret },
      { secret: { file: 's.txt' } },
    ],
    ['certificates', tls, {}, { tls: { cert: 'c.pem', key: 'k.pem', ca: 'a.pem' } }],
    [
      'certificates for a name',
      [...tls, '--tls-name', 'peers.test'],
      {},
      { tls: { cert: 'c.pem', key: 'k.pem', ca: 'a.pem', name: 'peers.test' } },
    ],
  ])('secured links: %s', (_title, argv, environment, options) => {
    expect(peerOptions(parse(flags, argv), environment)).toMatchObject(options);
  });

  it.each([
    [
      'a secret that is too short',
      [],
      `k ${'ab'.repeat(31)}`,
      /RX_GOSSIP_SECRET: line 1: the key is too short/,
    ],
    ['an empty secret, which must not mean "not secured"', [], '', /RX_GOSSIP_SECRET: it has no secret/],
    ['a secret together with certificates', tls, secret, /RX_GOSSIP_SECRET with --tls-cert/],
  ])('the environment is refused: %s', (_title, argv, text, message) => {
    expect(() => peerOptions(parse(flags, argv), { RX_GOSSIP_SECRET: text })).toThrow(message);
  });

  it('--message is what a round says', () => {
    expect(peerOptions(parse(flags, ['--message', 'hi'])).say?.()).toBe('hi');
  });
});
