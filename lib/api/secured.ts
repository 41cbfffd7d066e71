import { isIP } from 'node:net';
import { InvalidOptionError } from '../errors.ts';
import { defaults, type PeerOptions } from '../options.ts';
import { plainSockets, type Sockets } from '../transport/sockets.ts';
import { certificateCredentials } from '../transport/tls-certificates.ts';
import { secretCredentials } from '../transport/tls-secret.ts';
import { tlsSockets, type Credentials } from '../transport/tls.ts';

/**
 * The sockets that the options `secret` and `tls` ask for; plain ones without them.
 * @throws InvalidOptionError naming the option, never with a secret in it; CredentialsError naming the file
 */
export function socketsFor(options: PeerOptions): Sockets {
  const credentials = credentialsOf(options);
  return credentials === undefined
    ? plainSockets
    : tlsSockets(credentials, { ...defaults, ...options.limits });
}

function credentialsOf({ secret, tls }: PeerOptions): Credentials | undefined {
  const every = defaults.credentialsEvery;
  if (secret !== undefined && tls !== undefined)
    throw new InvalidOptionError('tls', 'both', 'either secret or tls');
  if (secret !== undefined) {
    if (typeof secret === 'string') return secretCredentials(secret);
    // Callers without types may pass anything.
    const { file } = Object(secret) as { file?: unknown };
    if (!isFile(file))
      throw new InvalidOptionError(
        'secret',
        secret,
        'the text of a secret, or { file } with the name of a file',
      );
    return secretCredentials({ file, every });
  }
  if (tls === undefined) return undefined;
  const { cert, key, ca, name } = Object(tls) as Partial<Record<'cert' | 'key' | 'ca' | 'name', unknown>>;
  if (!isFile(cert) || !isFile(key) || !isFile(ca))
    throw new InvalidOptionError('tls', tls, '{ cert, key, ca } with the names of files');
  if (name !== undefined && !isHostName(name))
    throw new InvalidOptionError('tls.name', name, 'a host name, not an IP address');
  return certificateCredentials({ cert, key, ca, name, every });
}

const isFile = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What TLS can send as a server's name (RFC 6066). */
const isHostName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9._-]{1,253}$/.test(value) && isIP(value) === 0;
