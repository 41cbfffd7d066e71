import { join } from 'node:path';
import { explain } from './cli/failure.ts';
import { outputTo } from './cli/output.ts';
import { parse } from './cli/parse.ts';
import { startChild } from './demo/child.ts';
import { demo, demoHelp } from './demo/demo.ts';
import { flags } from './demo/flags.ts';
import { wantsColour } from './demo/marks.ts';

const { argv, env, execPath, stdout, stderr } = process;
// Beside this file once both are built.
const peer = join(__dirname, 'peer.cjs');
const out = outputTo(stdout);
const err = outputTo(stderr);
stdout.on('error', () => undefined);
stderr.on('error', () => undefined);

void main()
  .catch((error: unknown) => {
    const { text, code } = explain(error);
    err.line(text);
    return code;
  })
  .then(async (code) => {
    await Promise.all([out.flush(200), err.flush(200)]);
    process.exit(code);
  });

async function main(): Promise<number> {
  const options = parse(flags, argv.slice(2));
  if (options.help) {
    out.line(demoHelp);
    return 0;
  }
  return demo({
    start: (args, say, complain) => startChild([execPath, peer, ...args], say, complain),
    colour: wantsColour(env, stdout.isTTY),
    out: (line) => out.line(line),
    err: (line) => err.line(line),
    stop: stopped(options.seconds),
  });
}

/** Ctrl-C, `kill`, time over (0 is never), or nobody reads any more. */
function stopped(after: number): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGINT', resolve);
    process.on('SIGTERM', resolve);
    stdout.on('error', () => resolve());
    if (after > 0) setTimeout(resolve, after);
  });
}
