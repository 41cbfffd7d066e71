import { isIP } from 'node:net';
import { map, of, merge, type Observable } from 'rxjs';
import { CredentialsError } from '../errors.ts';
import { changedTexts, isOpenToAll, readText } from '../world/files.ts';
import { nodeTls } from './tls-module.ts';
import { tls13, tls13Dial, type Credentials } from './tls.ts';
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

/** Files in PEM, read again every `every` milliseconds; `name` is what the certificates of dialled peers must be for. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly name?: string | undefined;
  readonly every: number;
}

interface Bundle {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const wanted = 'give it a certificate (--tls-cert, --tls-key, --tls-ca) as its peers have';

/**
 * Certificates at both ends, each signed by `ca`, and no other authority. A certificate is looked at in the
 * handshake: links that are up outlive a change.
 * @throws CredentialsError
 */
export function certificateCredentials({ cert, key, ca, name, every }: CertificateFiles): Credentials {
  const files = [cert, key, ca];
  const first = files.map(readText);
  let bundle = checked(files, first);

  return {
    wanted,
    server: () => ({ ...bundle, requestCert: true, rejectUnauthorized: true }),
    connect: ({ host, port }) =>
      nodeTls().connect({
        ...tls13Dial,
        ...bundle,
        host,
        port,
        // Sent and verified. Without a name the certificate must be for the host; an IP address is never sent (RFC 6066).
        ...(name !== undefined ? { servername: name } : isIP(host) === 0 && { servername: host }),
      }),
    explainCaller: (error, socket) => {
      // Typed as an Error, it is the code of the verification.
      const refusal = socket.authorizationError as unknown as string | null;
      if (refusal !== null) return `its certificate is not accepted: ${inWords(refusal)}`;
      return tlsFailure(error, callers).message;
    },
    explainDial: (error) =>
      isAboutCertificate(error)
        ? new TransportError(`its certificate is not accepted: ${error.message}`, error.code)
        : tlsFailure(error, dials),
    outdated: () => undefined,
    change$: merge(openness(key), changedTexts(files, first, every).pipe(map(told))),
  };

  function told(texts: readonly string[] | CredentialsError): Incident {
    try {
      if (texts instanceof CredentialsError) throw texts;
      bundle = checked(files, texts);
      return { type: 'credentials', level: 'info', text: `new certificates from ${files.join(', ')}` };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return {
        type: 'credentials',
        level: 'error',
        text: `${why}; the certificates from before stay in force`,
      };
    }
  }
}

/** Tries them, so that a wrong file is found now and not at the first handshake. Files of a pair are replaced one after the other: half of a new pair is no pair. */
function checked(files: readonly string[], [cert = '', key = '', ca = '']: readonly string[]): Bundle {
  const [certFile = '', keyFile = '', caFile = ''] = files;
  const attempt = (file: string, options: Partial<Bundle>) => {
    try {
      nodeTls().createSecureContext({ ...tls13, ...options });
    } catch (error) {
      throw new CredentialsError(
        file,
        `${inWords((error as NodeJS.ErrnoException).code ?? String(error))}, PEM is expected`,
      );
    }
  };
  attempt(certFile, { cert });
  attempt(keyFile, { key });
  // OpenSSL takes a file without any certificate for an empty list.
  if (!ca.includes('-----BEGIN CERTIFICATE-----'))
    throw new CredentialsError(caFile, 'it has no certificate, PEM is expected');
  attempt(caFile, { ca });
  try {
    nodeTls().createSecureContext({ ...tls13, cert, key });
  } catch {
    throw new CredentialsError(keyFile, `it is not the key of the certificate in ${certFile}`);
  }
  return { cert, key, ca };
}

const inWords = (code: string) =>
  code
    .replace(/^ERR_OSSL_(PEM_|X509_)?|^ERR_SSL_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();

function openness(key: string): Observable<Incident> {
  if (!isOpenToAll(key)) return of();
  return of({
    type: 'credentials',
    level: 'warn',
    text: `${key} can be read by everybody on this machine: chmod 600 ${key}`,
  });
}

const callers: Words = {
  ECONNRESET: `${closedEarly}: it may not accept our certificate`,
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'it shows no certificate',
  ...underEach(
    ['ERR_SSL_NO_SHARED_CIPHER'],
    'it offers a secret, links here are secured by certificates (--tls-cert)',
  ),
};

const dials: Words = {
  ...underEach(noTls, 'it does not speak TLS: it needs certificates too (--tls-cert, --tls-key, --tls-ca)'),
  ...underEach(
    nothingInCommon,
    'it shows no certificate: its links may be secured by a secret (--secret-file)',
  ),
};
