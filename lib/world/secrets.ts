import { randomBytes } from 'node:crypto';
import { CredentialsError } from '../errors.ts';

/** A secret that peers share, and the name under which they speak of it: whoever listens in sees the name. */
export interface Secret {
  readonly id: string;
  readonly key: Buffer;
}

/** Whoever records a handshake can try guesses on it for as long as he likes: 256 random bits are beyond that. */
const fewestBytes = 32;
/** What OpenSSL takes. */
const mostBytes = 256;

const LINE = /^([A-Za-z0-9._-]{1,64})[ \t]+([0-9A-Fa-f]+)$/;

/** A new secret as a line of a secret file: a random key id (64 bits), a space, the key (256 bits), both in hex. */
export function newSecret(): string {
  return `${randomBytes(8).toString('hex')} ${randomBytes(fewestBytes).toString('hex')}`;
}

/**
 * The secrets of a file, one a line: the first is used for dialling, all are accepted. Blank lines and lines that
 * begin with `#` are passed over. The error names the line and never what is in it.
 * @throws CredentialsError
 */
export function parseSecrets(text: string, source: string): readonly Secret[] {
  const secrets: Secret[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const wrong = (what: string) => new CredentialsError(source, `line ${at + 1}: ${what}`);
    const [, id, digits = ''] = LINE.exec(line) ?? [];
    if (id === undefined)
      throw wrong('expected a key id, a space and a key in hex, as "rx-gossip secret" prints them');
    if (digits.length < 2 * fewestBytes)
      throw wrong(
        `the key is too short: at least ${fewestBytes} random bytes (${2 * fewestBytes} hex digits)`,
      );
    if (digits.length > 2 * mostBytes || digits.length % 2 !== 0)
      throw wrong(`expected an even number of hex digits, at most ${2 * mostBytes}`);
    if (secrets.some((one) => one.id === id)) throw wrong(`key id ${id} is there twice`);
    secrets.push({ id, key: Buffer.from(digits, 'hex') });
  }
  if (secrets.length === 0)
    throw new CredentialsError(source, 'it has no secret: "rx-gossip secret" makes one');
  return secrets;
}
