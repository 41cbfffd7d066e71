import { GossipError, InvalidOptionError } from '../../lib/errors.ts';
import { printable } from './safe.ts';
import { UsageError } from './wrong.ts';

export interface Failure {
  /** One line. */
  readonly text: string;
  readonly code: number;
}

/** What an error means to the person at the terminal: wrong use (2), something outside (1), or a bug (70). */
export function explain(error: unknown): Failure {
  if (error instanceof UsageError || error instanceof InvalidOptionError) return failure(error.message, 2);
  if (error instanceof GossipError || isSystemError(error)) return failure(error.message, 1);
  return failure(`bug: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`, 70);
}

/** Where a bug came from, for `--verbose`. */
export function stackOf(error: unknown): string | undefined {
  return error instanceof Error && explain(error).code === 70 ? error.stack : undefined;
}

function failure(text: string, code: number): Failure {
  return { text: `rx-gossip: ${printable(text)}`, code };
}

/** Files, pipes, sockets: the system said no, as with `peer --stdin < folder`. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
