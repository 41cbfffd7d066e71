import type { Writable } from 'node:stream';

/** A reader that stopped (`peer | less`) must not fill the memory: beyond this, lines are dropped and counted. */
const HIGHEST = 8 * 1024 * 1024;

/** Writes lines to standard output or standard error. */
export interface Output {
  line(text: string): void;
  /** Resolves when all is written, or after `limit` milliseconds. */
  flush(limit: number): Promise<void>;
}

/** `dropped` is told when lines begin to be dropped (0) and, once the reader is back, how many were. */
export function outputTo(stream: Writable, dropped: (count: number) => void = () => undefined): Output {
  let lost = 0;
  return {
    line(text) {
      if (stream.destroyed) return;
      if (lost > 0 || stream.writableLength > HIGHEST) {
        lost += 1;
        if (lost > 1) return;
        dropped(0);
        stream.once('drain', () => {
          const count = lost;
          lost = 0;
          dropped(count);
        });
      } else {
        stream.write(`${text}\n`);
      }
    },
    flush: (limit) =>
      new Promise((resolve) => {
        if (stream.destroyed || stream.writableLength === 0) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, limit);
        stream.write('', () => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
