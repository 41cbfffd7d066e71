import { TransportError } from './transport.ts';

/** What the system's codes mean, in words that follow "cannot reach 10.0.0.1:8080: ". */
const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'port already in use',
  EADDRNOTAVAIL: 'no such address on this machine',
  EAI_AGAIN: 'name lookup failed, try again later',
  ECONNABORTED: 'connection aborted',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by the other end',
  EHOSTUNREACH: 'host unreachable',
  EMFILE: 'too many open files',
  ENETUNREACH: 'network unreachable',
  ENFILE: 'too many open files',
  ENOTFOUND: 'no such host',
  EPIPE: 'closed by the other end',
  ETIMEDOUT: 'timed out',
};

/** The error for a system code, so that every transport says the same thing in the same words. */
export function failure(code: string): TransportError {
  return new TransportError(words[code] ?? code, code);
}

/** The error for what node:net emitted. A host with several addresses fails with an AggregateError, whose message is empty. */
export function failureOf(error: NodeJS.ErrnoException): TransportError {
  const code = error.code ?? '';
  return code in words ? failure(code) : new TransportError(error.message || code || 'failed', code);
}

export function timedOut(ms: number): TransportError {
  return new TransportError(`timed out after ${ms / 1000} s`, 'ETIMEDOUT');
}

export function badAddress(address: string): TransportError {
  return new TransportError(`${JSON.stringify(address)} is not an address: expected host:port`, 'EINVAL');
}

/** Listening or dialling through a transport that was closed. */
export function transportClosed(): TransportError {
  return new TransportError('the transport is closed');
}
