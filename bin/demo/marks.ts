/** Cyan, yellow, magenta: told apart on dark and light terminals, and none of them means success or failure. */
const COLOURS = [36, 33, 35];

export type Mark = (line: string) => string;

/** Says which peer a line is from: `peer2 | 00:00:03 - ...`, in that peer's colour. */
export function markOf(name: string, index: number, colour: boolean): Mark {
  const code = COLOURS[index % COLOURS.length] ?? 0;
  return (line) => (colour ? `\x1b[${code}m${name} |\x1b[39m ${line}` : `${name} | ${line}`);
}

/** NO_COLOR decides (no-color.org), then FORCE_COLOR, then whether a terminal shows it. */
export function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return isTerminal && env['TERM'] !== 'dumb';
}
