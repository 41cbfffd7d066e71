// npm run fuzz -- --inputs N --seed N: sessions of made-up frames, as many as one likes. A failure prints the seed, and
// the inputs as they go into spec/corpus.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import minimist from 'minimist';

const { inputs = 100_000, seed = Math.floor(Math.random() * 2 ** 31) } = minimist(process.argv.slice(2));
process.stderr.write(`${inputs} inputs, --seed ${seed}\n`);
const { status } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '-i', 'spec/fuzz'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, FUZZ_INPUTS: String(inputs), FUZZ_SEED: String(seed) },
});
process.exit(status ?? 1);
