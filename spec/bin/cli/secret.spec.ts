import { refuseSecretArgument, secretLine } from '../../../bin/cli/secret.ts';
import { UsageError } from '../../../bin/cli/wrong.ts';

describe('the command "secret"', () => {
  it('makes a line for a file of secrets', () => {
    expect(secretLine([])).toMatch(/^[0-9a-f]{16} [0-9a-f]{64}$/);
  });

  it('takes nothing more', () => {
    expect(() => secretLine(['please'])).toThrow(UsageError);
    expect(() => secretLine(['--help'])).toThrow(/^secret: expected nothing after it, as in: /);
  });
});

describe('a secret among the arguments', () => {
  it.each([[['--secret', 'hunter2']], [['--port', '1', '--secret=hunter2']], [['-secret=hunter2']]])(
    'is refused and not repeated: %j',
    (args) => {
      expect(() => refuseSecretArgument(args)).toThrow(UsageError);
      expect(() => refuseSecretArgument(args)).not.toThrow(/hunter2/);
    },
  );

  it('is not what --secret-file gives, or a message that says "secret"', () => {
    expect(() => refuseSecretArgument(['--secret-file', 's.txt', '--message', 'secret'])).not.toThrow();
  });
});
