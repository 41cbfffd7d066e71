import { closeSync, fsyncSync, openSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { CredentialsError } from '../errors.ts';
import { keyFromPem, newKey, type Key } from './keys.ts';

/** A key in PEM has about 120 bytes. */
const largest = 16 * 1024;

export interface OpenKey {
  readonly key: Key;
  /** Others could read the file. */
  readonly warning?: string | undefined;
}

/**
 * The key in the file: PKCS#8 in PEM, as `openssl genpkey -algorithm ed25519` writes it. When there is no such
 * file it is made, with a new key, readable by its owner only.
 * @throws CredentialsError
 */
export function openKeyFile(file: string): OpenKey {
  try {
    return { key: createKeyFile(file) };
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new CredentialsError(file, `cannot be made: ${reasonOf(error)}`);
  }
  return readKeyFile(file);
}

/** Exclusive: of two peers that are started at once with one file, one makes it. */
function createKeyFile(file: string): Key {
  const opened = openSync(file, 'wx', 0o600);
  const key = newKey();
  try {
    writeFileSync(opened, key.pem());
    fsyncSync(opened);
  } catch (error) {
    // A full disk: half a key would be refused at the next start.
    unlinkSync(file);
    throw error;
  } finally {
    closeSync(opened);
  }
  return key;
}

function readKeyFile(file: string): OpenKey {
  let mode: number;
  let pem: string;
  try {
    const found = statSync(file);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > largest) throw new Error(`it has ${found.size} bytes, more than a key`);
    mode = found.mode & 0o777;
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CredentialsError(file, `cannot be read: ${reasonOf(error)}`);
  }
  try {
    const key = keyFromPem(pem);
    // Windows has no such modes, and shows 0666 for every file.
    if (process.platform === 'win32' || (mode & 0o077) === 0) return { key };
    const shown = mode.toString(8).padStart(4, '0');
    return { key, warning: `key file ${file} has mode ${shown}, others may read it: chmod 600 ${file}` };
  } catch (error) {
    throw new CredentialsError(file, reasonOf(error));
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
/** The system's sentence without the path, which the reader has already. */
const reasonOf = (error: unknown) => (error as Error).message.replace(/, \w+ '.*'$/s, '');
