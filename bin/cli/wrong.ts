import { quoted } from './safe.ts';

/** The command line is wrong: one line on stderr, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A flag's value is not what it must be; whoever knows the flag's name turns it into a {@link UsageError}. */
export class WrongValue extends Error {
  override name = 'WrongValue';
  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${quoted(got)}`);
  }
}
