// Builds dist: the types of the library (tsc), the library and each command as one bundled file (esbuild), because one
// file starts faster than a hundred and holds less memory. The stamp is written last: a broken build stays stale.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
rmSync('dist/lib', { recursive: true, force: true });
const { status } = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  { stdio: 'inherit' },
);
if (status !== 0) process.exit(status ?? 1);

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  // What Node loads as "rxjs" are 223 CommonJS files: 10 MB and 40 ms of each process, for a seventh of what is in them. The
  // ES modules can be tree-shaken into ours. An application's own RxJS takes our Observables as it takes any: by their shape.
  // msgpackr too: by itself it is 140 kB of text in memory, and a process that begins with so much that lives has V8 make
  // the young part of its heap twice as large seconds later, which is 5 MB.
  alias: { rxjs: './node_modules/rxjs/dist/esm/index.js' },
};
await build({
  ...shared,
  entryPoints: ['lib/index.ts'],
  format: 'esm',
  outfile: 'dist/lib/index.js',
});

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const commands = ['bin/peer.ts', 'bin/demo.ts', 'bin/sim.ts'].filter((path) => existsSync(path));
await build({
  ...shared,
  entryPoints: commands,
  format: 'cjs',
  outdir: 'dist/bin',
  outExtension: { '.js': '.cjs' },
  banner: { js: '#!/usr/bin/env node' },
  minifyWhitespace: true,
  minifySyntax: true,
  define: { RX_GOSSIP_VERSION: JSON.stringify(version) },
  legalComments: 'inline',
});
const licences = ['rxjs/LICENSE.txt', 'msgpackr/LICENSE', 'minimist/LICENSE'].map(
  (path) =>
    `${path.split('/')[0]}, of which parts are in dist:\n\n${readFileSync(`node_modules/${path}`, 'utf8')}`,
);
writeFileSync('dist/THIRD-PARTY.txt', licences.join('\n\n'));
writeFileSync('dist/.built', '');
