import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateCredentials } from '../../lib/transport/tls-certificates.ts';
import { secretCredentials } from '../../lib/transport/tls-secret.ts';
import type { Certificate } from './certificates.ts';

/** Files with secrets and certificates for one spec file; they are gone after it. To be imported where hooks are. */

const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;

/** A file that only its owner may read. */
export function privateFile(text: string): string {
  const file = join(folder, String(++count));
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** A certificate as a peer has it: three files. */
export function certificateFiles({ cert, key }: Certificate, authority: string): CertificatePaths {
  return { cert: privateFile(cert), key: privateFile(key), ca: privateFile(authority) };
}

/** Files are looked at often, so that specs of changes need not wait. */
const every = 20;

/** Lines of text, or a file of them that is followed. */
export const secretsFrom = (source: string | { readonly file: string }) =>
  secretCredentials(typeof source === 'string' ? source : { ...source, every });

export const credentialsFrom = (files: CertificatePaths, name?: string) =>
  certificateCredentials({ ...files, name, every });
