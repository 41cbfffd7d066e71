import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Observable } from 'rxjs';
import { CredentialsError } from '../errors.ts';

/**
 * The text of a file that somebody named in an option.
 * @throws CredentialsError that names the file
 */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** May others on this machine read it? Windows has no such bits and never says so. */
export function isOpenToAll(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o004) !== 0;
}

/**
 * Emits the texts of the files each time that one of them has changed, in the order of `files`; an error instead
 * of them while one can't be read. Looks every `every` milliseconds, by reading: `fs.watch` loses a file that is
 * replaced by a rename, and an operator's tool may swap a symbolic link or keep the time of modification.
 * Pipes and the like are read once, at the start, and never again: their bytes would be gone.
 */
export function changedTexts(
  files: readonly string[],
  texts: readonly string[],
  every: number,
): Observable<readonly string[] | CredentialsError> {
  return new Observable((subscriber) => {
    // Without texts the first look counts as a change, also when it finds an empty file.
    let seen = texts.length === 0 ? undefined : texts.join('\0');
    let reading = false;
    const look = async (): Promise<void> => {
      if (reading) return; // a network file system that hangs gets one reader, not one a second
      reading = true;
      const found = await readAll(files);
      reading = false;
      const now = found instanceof CredentialsError ? found.message : found.join('\0');
      if (now === seen || subscriber.closed) return;
      seen = now;
      subscriber.next(found);
    };
    if (!files.every(isRegular)) return;
    const timer = setInterval(() => void look(), every).unref();
    subscriber.add(() => clearInterval(timer));
    void look();
  });
}

async function readAll(files: readonly string[]): Promise<readonly string[] | CredentialsError> {
  const texts: string[] = [];
  for (const file of files) {
    try {
      texts.push(await readFile(file, 'utf8'));
    } catch (error) {
      return unreadable(file, error);
    }
  }
  return texts;
}

/** Also a file that is missing for the moment: it will be back. */
function isRegular(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
}

function unreadable(file: string, error: unknown): CredentialsError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new CredentialsError(file, words[code] ?? message);
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder, a file is expected',
  ENOENT: 'no such file',
};
