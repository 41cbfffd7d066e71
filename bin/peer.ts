import { createPeer } from '../lib/index.ts';
import { refuseContradictions } from './cli/contradictions.ts';
import { explain, stackOf } from './cli/failure.ts';
import { flags } from './cli/flags.ts';
import { peerHelp } from './cli/help.ts';
import { outputTo } from './cli/output.ts';
import { parse } from './cli/parse.ts';
import { run } from './cli/run.ts';
import { refuseSecretArgument, secretLine } from './cli/secret.ts';
import { version } from './cli/version.ts';

const { argv, stdout, stderr } = process;
const started = performance.now();
const err = outputTo(stderr);
const out = outputTo(stdout, (count) =>
  err.line(
    `rx-gossip: standard output is not read: ${count === 0 ? 'dropping lines' : `${count} lines dropped`}`,
  ),
);
let verbose = false;
let onClosed = (): void => void finish(0);

stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') onClosed();
  else fail(error);
});
stderr.on('error', () => undefined);
process.on('uncaughtException', fail);
main().then(finish, fail);

async function main(): Promise<number> {
  const args = argv.slice(2);
  if (args[0] === 'secret') {
    out.line(secretLine(args.slice(1)));
    return 0;
  }
  refuseSecretArgument(args);
  const options = parse(flags, args);
  verbose = options.verbose;
  if (options.help || options.version) {
    out.line(options.help ? peerHelp(flags) : version);
    return 0;
  }
  refuseContradictions(options);
  return run(options, {
    createPeer,
    environment: process.env,
    get input() {
      return process.stdin;
    },
    out,
    err,
    onClosed: (listener) => (onClosed = listener),
    signals: process,
    elapsed: () => performance.now() - started,
    wall: () => new Date(),
  });
}

function fail(error: unknown): void {
  const { text, code } = explain(error);
  err.line(text);
  const stack = verbose ? stackOf(error) : undefined;
  if (stack !== undefined) err.line(stack);
  void finish(code);
}

/** Lines still on their way out get a moment: `process.exit` alone would cut a pipe short. */
async function finish(code: number): Promise<void> {
  await Promise.all([out.flush(200), err.flush(200)]);
  process.exit(code);
}
