import type { Flag, Table } from './flag.ts';

const WIDTH = 100;
const COLUMN = 32;

/** The table as two columns: the flag, and what it does with its default. */
export function describe(table: Table): string {
  return Object.entries(table)
    .map(([name, flag]) => row(name, flag))
    .join('\n');
}

function row(name: string, flag: Flag<unknown>): string {
  const left = `  --${name}${flag.argument === undefined ? '' : ` ${flag.argument}`}`;
  const preset = flag.preset === undefined ? '' : ` Default: ${flag.preset}.`;
  const lines = wrap(flag.help + preset, WIDTH - COLUMN);
  return lines.map((line, at) => (at === 0 ? left : '').padEnd(COLUMN) + line).join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trimStart();
    if (lines.length === 0 || longer.length > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

export function peerHelp(table: Table): string {
  return `Usage: peer [flags]
       peer secret                a new line for --secret-file

A gossip peer: joins the peers it is told of, prints what any of them says, and says something each
period. Messages and neighbors go to standard output, diagnostics to standard error.

Flags:
${describe(table)}

Examples:
  peer --port 8080 --period 5
  peer --period=6 --port=8081 --connect="127.0.0.1:8080"
  peer --period=7 --port=8082 --connect="127.0.0.1:8080"
  tail -f app.log | peer --stdin --connect 127.0.0.1:8080
  peer secret >> secret.txt

Ctrl-C leaves: neighbors are told. A second one ends the peer at once.
Exit codes: 0 left, 1 failed (as when the port is in use), 2 wrong use.`;
}
