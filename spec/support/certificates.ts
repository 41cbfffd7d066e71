import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** X.509 certificates for specs (RFC 5280), made on the spot: Ed25519, in DER written by hand. */

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  /** A certificate for these names or IPv4 addresses, signed by this authority. */
  issue(names: readonly string[], valid?: Validity): Certificate;
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

const HOUR = 3_600_000;
const aroundNow = (): Validity => ({
  from: new Date(Date.now() - HOUR),
  to: new Date(Date.now() + 24 * HOUR),
});

/** Yesterday's: no longer valid. */
export const expired = (): Validity => ({
  from: new Date(Date.now() - 48 * HOUR),
  to: new Date(Date.now() - 24 * HOUR),
});

export function createAuthority(name: string): Authority {
  const pair = generateKeyPairSync('ed25519');
  const make = (subject: string, key: KeyObject, extensions: Buffer[], valid = aroundNow()) =>
    pem(
      'CERTIFICATE',
      certificate({ issuer: name, subject, key, extensions, valid, signer: pair.privateKey }),
    );
  return {
    cert: make(name, pair.publicKey, [extension('551d13', true, sequence(boolean(true)))]), // basicConstraints: CA
    key: keyPem(pair.privateKey),
    issue: (names, valid) => {
      const own = generateKeyPairSync('ed25519');
      const alternatives = extension('551d11', false, sequence(...names.map(generalName)));
      return {
        cert: make(names[0] ?? '', own.publicKey, [alternatives], valid),
        key: keyPem(own.privateKey),
      };
    },
  };
}

interface Parts {
  readonly issuer: string;
  readonly subject: string;
  readonly key: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly valid: Validity;
  readonly signer: KeyObject;
}

let serial = 0;

function certificate({ issuer, subject, key, extensions, valid, signer }: Parts): Buffer {
  const ed25519 = sequence(oid('2b6570'));
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    tlv(0x02, Buffer.from([0x01, (++serial >> 8) & 0xff, serial & 0xff])),
    ed25519,
    commonName(issuer),
    sequence(time(valid.from), time(valid.to)),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  );
  return sequence(body, ed25519, tlv(0x03, Buffer.from([0]), sign(null, body, signer)));
}

const keyPem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

const sequence = (...parts: readonly Buffer[]) => tlv(0x30, ...parts);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'));
const boolean = (value: boolean) => tlv(0x01, Buffer.from([value ? 0xff : 0]));
const commonName = (name: string) =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(name)))));
const extension = (id: string, critical: boolean, value: Buffer) =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));

/** GeneralizedTime, without fractions: YYYYMMDDHHMMSSZ. OpenSSL takes it for any year when it verifies. */
const time = (at: Date) => tlv(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, '')));

function generalName(name: string): Buffer {
  const ip = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(name);
  return ip ? tlv(0x87, Buffer.from(ip.slice(1).map(Number))) : tlv(0x82, Buffer.from(name));
}
