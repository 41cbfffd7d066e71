import { timingSafeEqual } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { map, merge, of, type Observable } from 'rxjs';
import { CredentialsError } from '../errors.ts';
import { changedTexts, isOpenToAll, readText } from '../world/files.ts';
import { parseSecrets, type Secret } from '../world/secrets.ts';
import { nodeTls } from './tls-module.ts';
import { tls13Dial, type Credentials } from './tls.ts';
import {
  closedEarly,
  isAboutCertificate,
  noTls,
  nothingInCommon,
  tlsFailure,
  underEach,
  type Words,
} from './tls-words.ts';
import { TransportError, type Incident } from './transport.ts';

/** Secrets as lines of text, or a file of them, which is read again every `every` milliseconds. */
export type SecretSource = string | { readonly file: string; readonly every: number };

const wanted = 'give it the secret (--secret-file) that its peers have';

/**
 * A shared secret, as an external PSK with ephemeral keys (RFC 8446 section 4.2.9, psk_dhe_ke): whoever learns it
 * later can't read what was recorded. The first secret is used for dialling, all are accepted.
 * @throws CredentialsError
 */
export function secretCredentials(source: SecretSource): Credentials {
  let secrets = typeof source === 'string' ? parseSecrets(source, 'secret') : secretsOf(source.file);
  /** What each socket has been secured with, and for those that failed what they offered. */
  const used = new WeakMap<TLSSocket, Secret>();
  const offered = new WeakMap<TLSSocket, string>();

  const find = (id: string) => secrets.find((secret) => secret.id === id);
  const holds = (secret: Secret): boolean => {
    const now = find(secret.id);
    return now !== undefined && now.key.length === secret.key.length && timingSafeEqual(now.key, secret.key);
  };

  return {
    wanted,
    server: () => ({
      pskCallback: (socket, id) => {
        const secret = find(id);
        if (secret === undefined) offered.set(socket, id);
        else used.set(socket, secret);
        return secret?.key ?? null;
      },
    }),
    connect: (target) => {
      const [{ id, key }] = secrets as [Secret];
      const socket = nodeTls().connect({
        ...tls13Dial,
        ...target,
        ca: [], // or else a server with any public certificate for its address would do instead of the secret
        pskCallback: () => ({ identity: id, psk: key }),
      });
      used.set(socket, { id, key });
      return socket;
    },
    explainCaller: (error, socket) => {
      const secret = used.get(socket);
      const id = offered.get(socket);
      if (id !== undefined) return `we have no secret with its key id ${JSON.stringify(id.slice(0, 64))}`;
      if (secret !== undefined)
        return tlsFailure(error, { ERR_SSL_BINDER_DOES_NOT_VERIFY: another(secret.id) }).message;
      return tlsFailure(error, callers).message;
    },
    explainDial: (error) => {
      const id = secrets[0]?.id ?? '';
      if (isAboutCertificate(error))
        return new TransportError('it asks for certificates (--tls-cert), not for a secret', error.code);
      return tlsFailure(error, {
        ...dials,
        ...underEach(nothingInCommon, `it has no secret with our key id ${id}`),
        ...underEach(
          ['ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER', 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
          another(id),
        ),
      });
    },
    outdated: (socket) => {
      const secret = used.get(socket);
      return secret !== undefined && holds(secret)
        ? undefined
        : `its secret (key id ${secret?.id ?? ''}) was removed`;
    },
    change$:
      typeof source === 'string' ? of() : merge(openness(source.file), followed(source.file, source.every)),
  };

  function followed(file: string, every: number): Observable<Incident> {
    return changedTexts([file], [], every).pipe(map((texts) => told(file, texts)));
  }

  function told(file: string, texts: readonly string[] | CredentialsError): Incident {
    try {
      if (texts instanceof CredentialsError) throw texts;
      const before = secrets;
      secrets = parseSecrets(texts[0] ?? '', file);
      const ids = secrets.map(({ id }) => id).join(', ');
      const removed = before.filter((secret) => !holds(secret)).map(({ id }) => id);
      const closed = removed.length === 0 ? '' : `; removed, and links on it closed: ${removed.join(', ')}`;
      return {
        type: 'credentials',
        level: 'info',
        text: `secrets from ${file}, the first for dialling: ${ids}${closed}`,
      };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { type: 'credentials', level: 'error', text: `${why}; the secrets from before stay in force` };
    }
  }
}

const secretsOf = (file: string) => parseSecrets(readText(file), file);

function openness(file: string): Observable<Incident> {
  if (!isOpenToAll(file)) return of();
  const text = `${file} can be read by everybody on this machine: chmod 600 ${file}`;
  return of({ type: 'credentials', level: 'warn', text });
}

const another = (id: string) => `it has another secret under the key id ${id}`;

const callers: Words = {
  ECONNRESET: closedEarly,
  ...underEach(
    ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', 'ERR_SSL_NO_SHARED_CIPHER'],
    'it offers no secret; links here are secured by one (--secret-file)',
  ),
};

const dials: Words = underEach(
  noTls,
  'it does not speak TLS: it has to be given the secret too (--secret-file)',
);
