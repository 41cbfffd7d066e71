import { failureOf } from './failure.ts';
import { TransportError } from './transport.ts';

/** Words for OpenSSL's codes, which differ a little between its versions. They follow "cannot reach 10.0.0.1:8080: ". */
export type Words = Readonly<Record<string, string>>;

/** What `text` says under each of the codes. */
export const underEach = (codes: readonly string[], text: string): Words =>
  Object.fromEntries(codes.map((code) => [code, text]));

/** How OpenSSL calls bytes that are no TLS at all. */
export const noTls = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_LAYER_FAILURE',
  'ERR_SSL_BAD_RECORD_TYPE',
];

/** The other end found nothing in common with what we offered. */
export const nothingInCommon = [
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
];

export const closedEarly = 'it closed before the TLS handshake was over';

const common: Words = {
  ...underEach(
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    'its TLS has no version 1.3',
  ),
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a certificate',
};

/** Why TLS failed; what the network says is said in its own words, as without TLS. */
export function tlsFailure(error: NodeJS.ErrnoException, words: Words): TransportError {
  const code = error.code ?? '';
  const known = words[code] ?? common[code];
  if (known !== undefined) return new TransportError(known, code);
  if (!code.startsWith('ERR_SSL_')) return failureOf(error);
  return new TransportError(`TLS: ${code.slice('ERR_SSL_'.length).replaceAll('_', ' ').toLowerCase()}`, code);
}

/** Was it the other end's certificate? Their codes have no prefix: SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_VERIFY_LEAF_SIGNATURE. */
export function isAboutCertificate({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('ERR_TLS_CERT') || /^(?!ERR_).*(CERT|ISSUER|SIGNATURE|CRL|_CA$|PURPOSE)/.test(code);
}
