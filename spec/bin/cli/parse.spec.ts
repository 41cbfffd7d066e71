import { refuseContradictions } from '../../../bin/cli/contradictions.ts';
import { explain } from '../../../bin/cli/failure.ts';
import { flags } from '../../../bin/cli/flags.ts';
import { parse } from '../../../bin/cli/parse.ts';

const read = (...argv: string[]) => parse(flags, argv);

describe('a command line that makes sense', () => {
  it('without flags is all defaults', () => {
    expect(read()).toEqual({
      port: 0,
      host: '127.0.0.1',
      advertise: undefined,
      connect: [],
      cluster: undefined,
      sign: false,
      'key-file': undefined,
      'secret-file': undefined,
      'tls-cert': undefined,
      'tls-key': undefined,
      'tls-ca': undefined,
      'tls-name': undefined,
      'active-view': undefined,
      'passive-view': undefined,
      limit: undefined,
      period: 5000,
      'no-send': false,
      message: undefined,
      topic: undefined,
      stdin: false,
      wait: undefined,
      exit: false,
      json: false,
      quiet: false,
      verbose: false,
      help: false,
      version: false,
    });
  });

  it.each([
    ['the first form of the seed', ['--port', '8080', '--period', '5'], { port: 8080, period: 5000 }],
    [
      'the second form of the seed',
      ['--period=6', '--port=8081', '--connect=127.0.0.1:8080'],
      { period: 6000, port: 8081, connect: ['127.0.0.1:8080'] },
    ],
    ['a repeated --connect', ['--connect', 'a:1', '--connect=b:2'], { connect: ['a:1', 'b:2'] }],
    ['a list, each address once', ['--connect', 'a:1,b:2', '--connect', 'A:1'], { connect: ['a:1', 'b:2'] }],
    [
      'IPv6 in brackets',
      ['--connect', '[::1]:8080', '--host', '::'],
      { connect: ['[::1]:8080'], host: '::' },
    ],
    ['--no-send', ['--no-send'], { 'no-send': true }],
    ['a switch given twice', ['--json', '--json'], { json: true }],
    ['a switch before a flag', ['--json', '--port', '1'], { json: true, port: 1 }],
    ['a message that looks like a number', ['--message', '0x50'], { message: '0x50' }],
    ['a message that looks like true', ['--message=true'], { message: 'true' }],
    [
      'a message with dashes and equals signs',
      ['--message', '-x', '--topic=a=b'],
      { message: '-x', topic: 'a=b' },
    ],
    ['a message of two lines', ['--message=a\nb'], { message: 'a\nb' }],
    ['a message that starts with two dashes', ['--message=--json'], { message: '--json', json: false }],
    ['a lone --', ['--port', '1', '--'], { port: 1 }],
  ])('%s', (_title, argv, expected) => {
    expect(read(...argv)).toMatchObject(expected);
  });
});

describe('wrong use is one line that names the flag, the value and what is expected, and exit code 2', () => {
  const port = 'expected a port from 0 to 65535';
  const duration = 'expected a duration such as 5, 0.5, 500ms, 5s or 1m';
  const address = 'expected HOST:PORT, as in 127.0.0.1:8080, example.org:8080 or [::1]:8080';
  const dialPort = 'expected a port from 1 to 65535 after the host';
  const long = 'x'.repeat(256);

  it.each([
    // Missing values
    ['--port', `--port: ${port}, got nothing`],
    ['--port --json', `--port: ${port}, got nothing`],
    ['--port=', `--port: ${port}, got nothing`],
    ['--host', '--host: expected a host name or IP address, got nothing'],
    ['--advertise', '--advertise: expected HOST, HOST:PORT or none, got nothing'],
    ['--connect=', '--connect: expected HOST:PORT, got nothing'],
    ['--cluster', '--cluster: expected a name, got nothing'],
    ['--period', `--period: ${duration}, got nothing`],
    ['--message', '--message: expected a text, got nothing'],
    ['--topic', '--topic: expected a name, got nothing'],
    ['--stdin --wait', `--wait: ${duration}, got nothing`],
    // Wrong values
    ['--port 65536', `--port: ${port}, got "65536"`],
    ['--port -1', `--port: ${port}, got "-1"`],
    ['--port 0x50', `--port: ${port}, got "0x50"`],
    ['--port 1e3', `--port: ${port}, got "1e3"`],
    ['--port 0080', `--port: ${port}, got "0080"`],
    ['--port 80.0', `--port: ${port}, got "80.0"`],
    ['--port http', `--port: ${port}, got "http"`],
    [
      '--host a:80',
      '--host: expected a host name or IP address, as in 127.0.0.1, localhost or ::1, got "a:80"',
    ],
    ['--advertise a:0', `--advertise: ${dialPort}, got "a:0"`],
    ['--connect localhost', `--connect: ${address}, got "localhost"`],
    ['--connect a:99999', `--connect: ${dialPort}, got "a:99999"`],
    ['--connect a:1,b', `--connect: ${address}, got "b"`],
    ['--connect a:1,,b:2', `--connect: ${address} between the commas, got "a:1,,b:2"`],
    [`--cluster ${long}`, `--cluster: expected a name of at most 64 bytes, got "${long}"`],
    ['--period soon', `--period: ${duration}, got "soon"`],
    ['--period -5', `--period: ${duration}, got "-5"`],
    ['--period 36000m', '--period: expected a duration of at most 2147483647ms (24.8 days), got "36000m"'],
    ['--limit maxLinks=0', '--limit: expected maxLinks from 1 to 2147483648, got "maxLinks=0"'],
    ['--limit maxLinks=1=2', '--limit: expected maxLinks from 1 to 2147483648, got "maxLinks=1=2"'],
    ['--limit maxLinks=1,dialLocal=2', '--limit: expected dialLocal from 0 to 1, got "dialLocal=2"'],
    ['--limit limitLoopback=yes', '--limit: expected limitLoopback from 0 to 1, got "limitLoopback=yes"'],
    [`--topic ${long}`, `--topic: expected a name of at most 255 bytes, got "${long}"`],
    ['--stdin --wait never', `--wait: ${duration}, got "never"`],
    ['--port \x1b[2J', `--port: ${port}, got "\\x1b[2J"`],
    // Twice
    ['--port 1 --port=2', '--port: expected once, got "1" and "2"'],
    ['--message a --message a', '--message: expected once, got "a" and "a"'],
    // Switches with a value
    ['--no-send=5', '--no-send: expected no value, got "5"'],
    ['--stdin file', '--stdin: expected no value, got "file"'],
    ['--exit=1', '--exit: expected no value, got "1"'],
    ['--json=false', '--json: expected no value, got "false"'],
    ['--json true', '--json: expected no value, got "true"'],
    ['--quiet 8080', '--quiet: expected no value, got "8080"'],
    ['--verbose=1', '--verbose: expected no value, got "1"'],
    ['--help me', '--help: expected no value, got "me"'],
    ['--version=1', '--version: expected no value, got "1"'],
    // Arguments without a flag
    ['8080', 'unexpected argument "8080": expected only flags, as in --port 8080'],
    ['0x50', 'unexpected argument "0x50": expected only flags, as in --port 8080'],
    ['--port 1 -', 'unexpected argument "-": expected only flags, as in --port 8080'],
    ['-- --port 1', 'unexpected argument "--port": expected only flags, as in --port 8080'],
    ['--no-send 5', 'unexpected argument "5": expected only flags, as in --port 8080'],
    // Unknown flags
    ['--prot 8080', 'unknown flag "--prot": did you mean --port?'],
    ['--Port=8080', 'unknown flag "--Port": did you mean --port?'],
    ['--perid=5', 'unknown flag "--perid": did you mean --period?'],
    ['--conect a:1', 'unknown flag "--conect": did you mean --connect?'],
    ['-p 8080', 'unknown flag "-p": did you mean --port or --passive-view or --period?'],
    ['-h', 'unknown flag "-h": did you mean --host or --help?'],
    ['--verb', 'unknown flag "--verb": did you mean --verbose?'],
    ['--send', 'unknown flag "--send": did you mean --no-send?'],
    ['--no-port', 'unknown flag "--no-port": did you mean --port?'],
    ['--xyzzyxyzzy', 'unknown flag "--xyzzyxyzzy": see --help'],
    ['--__proto__ 1', 'unknown flag "--__proto__": see --help'],
    ['--constructor=1', 'unknown flag "--constructor": see --help'],
    ['--toString 1', 'unknown flag "--toString": did you mean --stdin?'],
    ['--port.x 1', 'unknown flag "--port.x": did you mean --port?'],
    ['--=5', 'unknown flag "--": see --help'],
    // Contradictions
    ['--message a --stdin', '--message with --stdin: expected one of them, both say what is sent'],
    ['--stdin --no-send', '--stdin with --no-send: expected one of them, --no-send only listens'],
    [
      '--message a --no-send',
      '--message with --no-send or --period 0: expected a period, or the message is never sent',
    ],
    [
      '--message a --period 0',
      '--message with --no-send or --period 0: expected a period, or the message is never sent',
    ],
    ['--exit', '--exit without --stdin: expected both, it leaves at the end of standard input'],
    [
      '--secret-file s --tls-cert c --tls-key k --tls-ca a',
      '--secret-file with --tls-cert: expected one of them, links are secured in one way',
    ],
    ['--tls-cert c --tls-ca a', '--tls-cert, --tls-key and --tls-ca: expected all three'],
    ['--tls-name peers.test', '--tls-cert, --tls-key and --tls-ca: expected all three'],
    ['--key-file k.pem', '--key-file without --sign: expected both, it holds the key to sign with'],
    ['--wait 0', '--wait without --stdin: expected both, it delays reading standard input'],
    ['--quiet --verbose', '--quiet with --verbose: expected one of them'],
  ])('%s', (line, expected) => {
    const use = () => refuseContradictions(read(...line.split(' ')));
    expect(failureOf(use)).toEqual({ text: `rx-gossip: ${expected}`, code: 2 });
  });

  it('pollutes nothing', () => {
    expect(() => read('--__proto__.polluted', '1')).toThrow();
    expect(() => read('--port.__proto__.polluted=1')).toThrow();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

function failureOf(use: () => void) {
  try {
    use();
  } catch (error) {
    return explain(error);
  }
  return undefined;
}
