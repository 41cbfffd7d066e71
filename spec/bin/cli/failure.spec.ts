import { explain, stackOf } from '../../../bin/cli/failure.ts';
import { UsageError } from '../../../bin/cli/wrong.ts';
import { ClosedError, InvalidOptionError, ListenError } from '../../../lib/errors.ts';

const system = Object.assign(new Error('EIO: i/o error, read'), { syscall: 'read', code: 'EIO' });

describe('an error at the terminal', () => {
  const failures: [unknown, string, number][] = [
    [new UsageError('--port: no'), 'rx-gossip: --port: no', 2],
    [new InvalidOptionError('host', '', 'a host'), 'rx-gossip: option host: expected a host, got ""', 2],
    [
      new ListenError('127.0.0.1', 8080, 'EADDRINUSE', 'listen EADDRINUSE'),
      'rx-gossip: port 8080 is in use on 127.0.0.1',
      1,
    ],
    [new ClosedError(), 'rx-gossip: the peer is closed', 1],
    [system, 'rx-gossip: EIO: i/o error, read', 1],
    [new TypeError('x is\nundefined'), 'rx-gossip: bug: TypeError: x is\\x0aundefined', 70],
    ['thrown text', 'rx-gossip: bug: thrown text', 70],
    [undefined, 'rx-gossip: bug: undefined', 70],
  ];

  it.each(failures)('is one line: %p', (error, text, code) => {
    expect(explain(error)).toEqual({ text, code });
  });

  it('has a stack only when it is a bug', () => {
    expect(stackOf(new TypeError('x'))).toContain('failure.spec');
    expect(stackOf(new UsageError('x'))).toBeUndefined();
    expect(stackOf('x')).toBeUndefined();
  });
});
