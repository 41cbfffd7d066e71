import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, ReplaySubject } from 'rxjs';
import { CredentialsError } from '../../lib/errors.ts';
import { changedTexts, isOpenToAll, readText } from '../../lib/world/files.ts';
import { next } from '../transport/helpers.ts';

const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(text: string, mode = 0o600): string {
  const path = join(folder, String(++count));
  writeFileSync(path, text, { mode });
  return path;
}

describe('a file that an option names', () => {
  it('is read', () => {
    expect(readText(file('text'))).toBe('text');
  });

  it('that can’t be read is an error with its name', () => {
    const [missing, place] = [join(folder, 'missing'), join(folder, 'folder')];
    mkdirSync(place);
    expect(() => readText(missing)).toThrow(CredentialsError);
    expect(() => readText(missing)).toThrow(`${missing}: no such file`);
    expect(() => readText(place)).toThrow(`${place}: it is a folder, a file is expected`);
  });

  it('is open to all when others may read it', () => {
    expect([
      isOpenToAll(file('', 0o600)),
      isOpenToAll(file('', 0o640)),
      isOpenToAll(file('', 0o644)),
    ]).toEqual([false, false, true]);
  });
});

describe('files that change', () => {
  const following = (files: readonly string[], texts: readonly string[]) => {
    const seen$ = new ReplaySubject<readonly string[] | CredentialsError>(Infinity);
    const subscription = changedTexts(files, texts, 10).subscribe(seen$);
    stops.push(() => subscription.unsubscribe());
    return (text: string) =>
      next(
        text,
        seen$.pipe(filter((it) => (it instanceof CredentialsError ? it.message : it.join('+')) === text)),
      );
  };
  const stops: (() => void)[] = [];
  afterEach(() => stops.splice(0).forEach((stop) => stop()));

  it('are seen together, also when only one of them did, and when that was before', async () => {
    const [one, two] = [file('a'), file('b')];
    writeFileSync(two, 'c');
    const seen = following([one, two], ['a', 'b']);
    await seen('a+c');
    writeFileSync(one, 'd');
    await seen('d+c');
  });

  it('are seen through a rename, a symbolic link that is swapped, and an old time of modification', async () => {
    const path = file('a');
    const link = join(folder, 'link');
    symlinkSync(path, link);
    const seen = following([link], ['a']);
    renameSync(file('b'), path);
    await seen('b');
    const other = file('c');
    utimesSync(other, 0, 0);
    rmSync(link);
    await seen(`${link}: no such file`);
    symlinkSync(other, link);
    await seen('c');
  });
});
