const SIGNALS = { SIGINT: 2, SIGTERM: 15 };

/**
 * Under `npm start` one Ctrl-C arrives twice: from the terminal, which signals everyone in the foreground, and
 * from npm, which passes its own on. Signals this close together are one.
 */
const SAME_KEYPRESS = 200;

export type SignalName = keyof typeof SIGNALS;

export interface SignalSource {
  on(name: SignalName, listener: () => void): unknown;
}

/** The first signal asks to leave; one that comes later ends it now, with the exit code that a shell would show. */
export function watchSignals(
  source: SignalSource,
  now: () => number,
  leave: (name: SignalName) => void,
  end: (code: number) => void,
): void {
  let first: number | undefined;
  for (const name of Object.keys(SIGNALS) as SignalName[]) {
    source.on(name, () => {
      if (first === undefined) {
        first = now();
        leave(name);
      } else if (now() - first >= SAME_KEYPRESS) {
        end(128 + SIGNALS[name]);
      }
    });
  }
}
