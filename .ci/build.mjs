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

const shared = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };
await build({
  ...shared,
  entryPoints: ['lib/index.ts'],
  format: 'esm',
  // An application has one RxJS, its own.
  packages: 'external',
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
  // rxjs' CommonJS build, which esbuild takes for Node, can't be tree-shaken: 403 kB instead of 173.
  alias: { rxjs: './node_modules/rxjs/dist/esm/index.js' },
  define: { RX_GOSSIP_VERSION: JSON.stringify(version) },
  legalComments: 'inline',
});
writeFileSync('dist/.built', '');
