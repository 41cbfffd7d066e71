import { describe } from '../cli/help.ts';
import type { Child } from './child.ts';
import { flags } from './flags.ts';
import { markOf } from './marks.ts';

type Say = (line: string) => void;

export interface DemoWorld {
  /** Starts a peer with these flags; each line that it prints goes to `out` or `err`. */
  readonly start: (args: readonly string[], out: Say, err: Say) => Child;
  readonly colour: boolean;
  readonly out: Say;
  readonly err: Say;
  /** Resolves when the demo is to end: Ctrl-C, or its time is over. */
  readonly stop: Promise<void>;
}

export const demoHelp = `Usage: npm run demo -- [flags]

Three peers in one terminal, as in the README of rust-simple-gossip: each is a process of its own
and says something every 5, 6 or 7 seconds; the second and third know only the first. Until Ctrl-C.

Flags:
${describe(flags)}`;

/** Resolves with the exit code when all peers are gone: 0 when it was stopped, 1 when they all died. */
export async function demo({ start, colour, out, err, stop }: DemoWorld): Promise<number> {
  const state = { stopped: false };
  const children: Child[] = [];
  const launch = (index: number, ...args: string[]): Child => {
    const mark = markOf(`peer${index + 1}`, index, colour);
    const child = start(
      args,
      (line) => out(mark(line)),
      (line) => err(mark(line)),
    );
    void child.ended.then((how) => {
      if (!state.stopped) err(mark(`ended: ${how}`));
    });
    children.push(child);
    return child;
  };

  const died = (async () => {
    const seed = await launch(0, '--period', '5').address;
    if (seed !== undefined && !state.stopped) {
      launch(1, '--period=6', `--connect=${seed}`);
      launch(2, '--period=7', `--connect=${seed}`);
    }
    await Promise.all(children.map((child) => child.ended));
  })();
  await Promise.race([stop.then(() => (state.stopped = true)), died]);
  await Promise.all(children.map((child) => child.end(1500)));
  return state.stopped ? 0 : 1;
}
