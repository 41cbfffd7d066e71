import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialsError } from '../../lib/errors.ts';
import { openKeyFile } from '../../lib/world/key-file.ts';
import { newKey } from '../../lib/world/keys.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rx-gossip-key-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const refusal = (file: string) => {
  try {
    openKeyFile(file);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a key file', () => {
  it('is made when there is none, for its owner only, and read the next time', () => {
    const file = join(folder, 'key.pem');
    const { key, warning } = openKeyFile(file);
    expect(warning).toBeUndefined();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe(key.pem());
    expect(openKeyFile(file).key.id).toBe(key.id);
  });

  it.each(['0644', '0640', '0604'])('that others may read (mode %s) is taken with a warning', (mode) => {
    const file = join(folder, 'key.pem');
    const { id } = openKeyFile(file).key;
    chmodSync(file, parseInt(mode, 8));
    const { key, warning } = openKeyFile(file);
    expect(key.id).toBe(id);
    expect(warning).toBe(`key file ${file} has mode ${mode}, others may read it: chmod 600 ${file}`);
  });

  it('that only its owner may read, and not write, is taken without one', () => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, newKey().pem(), { mode: 0o400 });
    expect(openKeyFile(file).warning).toBeUndefined();
  });

  it.each([
    ['is empty', '', 'it holds no private key in PEM'],
    ['holds something else', 's3cret', 'it holds no private key in PEM'],
    ['is too large', 'x'.repeat(17_000), 'cannot be read: it has 17000 bytes, more than a key'],
  ])('that %s is refused, is named, and stays as it is', (_, content, why) => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, content, { mode: 0o600 });
    expect(refusal(file)).toEqual(new CredentialsError(file, why));
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('that is a folder, or in a folder that is not there, is refused and named', () => {
    mkdirSync(join(folder, 'sub'));
    expect(refusal(join(folder, 'sub'))).toEqual(
      new CredentialsError(join(folder, 'sub'), 'cannot be read: it is no file'),
    );
    const missing = join(folder, 'none', 'key.pem');
    expect(String(refusal(missing))).toBe(
      `CredentialsError: ${missing}: cannot be made: ENOENT: no such file or directory`,
    );
  });

  const full = existsSync('/dev/full') ? it : it.skip;
  full('that is a device, such as one that is always full, is refused', () => {
    expect(refusal('/dev/full')).toEqual(new CredentialsError('/dev/full', 'cannot be read: it is no file'));
  });
});
