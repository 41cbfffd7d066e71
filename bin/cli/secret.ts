import { newSecret } from '../../lib/world/secrets.ts';
import { UsageError } from './wrong.ts';

/** `rx-gossip secret`: a new line for a file of secrets. */
export function secretLine(args: readonly string[]): string {
  if (args.length > 0)
    throw new UsageError(
      'secret: expected nothing after it, as in: (umask 077; rx-gossip secret > secret.txt)',
    );
  return newSecret();
}

/** Everybody on the machine sees the arguments of a process, so there is no `--secret`, and the answer does not repeat its value. */
export function refuseSecretArgument(args: readonly string[]): void {
  if (args.some((arg) => /^--?secret(=|$)/.test(arg)))
    throw new UsageError(
      '--secret: expected no secret on the command line, where ps shows it: put it in a file, --secret-file FILE',
    );
}
