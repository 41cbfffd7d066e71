// `npm run bench`: bundles the bench (TypeScript, with the parts of lib and bin that it uses) and runs it. Three
// files: the bench, what each member's process runs, and an attacker's. Packages stay outside and are found by Node.
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
await build({
  entryPoints: ['spec/bench/main.ts', 'spec/bench/member.ts', 'spec/bench/attacker.ts'],
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  outdir: 'spec/bench/dist',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
});
// Its service would be one more process on the machine that is measured.
await stop();
await import('./dist/main.mjs');
