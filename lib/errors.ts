/**
 * Every error the public API throws or rejects with, but for the RangeError of `iterate`. Catch by class or by `name`; the message
 * names the thing and what is expected.
 */
export class GossipError extends Error {
  override name = 'GossipError';
}

/** An option of `createPeer` is not what it must be. */
export class InvalidOptionError extends GossipError {
  override name = 'InvalidOptionError';
  constructor(
    readonly option: string,
    readonly value: unknown,
    expected: string,
  ) {
    super(`option ${option}: expected ${expected}, got ${show(value)}`);
  }
}

/** The peer has not been started: call and await `start()` first. */
export class NotStartedError extends GossipError {
  override name = 'NotStartedError';
  constructor() {
    super('the peer is not started: await peer.start() first');
  }
}

/** The peer is closed, or is closing. A closed peer can't be started again: create another. */
export class ClosedError extends GossipError {
  override name = 'ClosedError';
  constructor(why = 'the peer is closed') {
    super(why);
  }
}

/** A payload or topic is larger than the limit. */
export class TooLargeError extends GossipError {
  override name = 'TooLargeError';
  constructor(
    readonly what: 'payload' | 'topic',
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`${what} is ${bytes} bytes, the limit is ${limit}`);
  }
}

/** More was published from within one callback than may wait: what the callback says is sent when it has returned. */
export class QueueFullError extends GossipError {
  override name = 'QueueFullError';
  constructor(readonly limit: number) {
    super(`more than ${limit} bytes were published within one callback: return, and await drained()`);
  }
}

/** The peer could not listen at its host and port. `code` is the system's, `EADDRINUSE` for a port in use. */
export class ListenError extends GossipError {
  override name = 'ListenError';
  constructor(
    readonly host: string,
    readonly port: number,
    readonly code: string,
    why: string,
  ) {
    super(
      code === 'EADDRINUSE'
        ? `port ${port} is in use on ${host}`
        : `cannot listen on ${host} port ${port}: ${why}`,
    );
  }
}

/** A secret, or a file with a secret, certificate or key, can't be used. The message says why, never what is in it. */
export class CredentialsError extends GossipError {
  override name = 'CredentialsError';
  constructor(
    /** The file, or the name of the option. */
    readonly source: string,
    why: string,
  ) {
    super(`${source}: ${why}`);
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}
