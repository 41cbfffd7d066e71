import { describe } from '../../bin/cli/help.ts';
import { flags } from './flags.ts';
import { works } from './work/all.ts';

export const benchHelp = `Usage: npm run bench -- [WORK ...] [flags]

Measures rx-gossip beside what people use today. Each member is a process of its own, systems take turns, every
message is checked to have arrived exactly once. Without WORK: those marked *. Then the targets.

${works.map(({ name, about, always }) => `  ${(name + (always ? ' *' : '')).padEnd(14)}${about}`).join('\n')}
  ${'targets'.padEnd(14)}of these works only what a target is read from

Flags:
${describe(flags)}

Examples:
  npm run bench -- --quick
  npm run bench -- throughput --systems rx-gossip,nats --payload 256,16k --runs 9
  npm run bench -- targets --json bench.json --chart bench.svg
  npm run bench -- micro

Exit codes: 0 measured (whatever came out), 1 failed, 2 wrong use.`;
