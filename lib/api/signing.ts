import { openKeyFile, type OpenKey } from '../world/key-file.ts';
import { newKey, verifyInPool } from '../world/keys.ts';

/** The key in the file, or a new one that nobody keeps, and the way to check what others signed. */
export function signingWith(keyFile: string | undefined) {
  const { key, warning }: OpenKey = keyFile === undefined ? { key: newKey() } : openKeyFile(keyFile);
  return { key, warning, verify: verifyInPool };
}
