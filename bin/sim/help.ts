import { scenarios } from '../../lib/sim/scenarios.ts';
import { describe as describeScenario } from '../../lib/sim/scenario.ts';
import { describe } from '../cli/help.ts';
import { flags } from './flags.ts';
import { shown } from './table.ts';

export const simHelp = `Usage: npm run sim -- --scenario NAME [flags]

Runs whole peers, the same code as in production, on a virtual clock and a virtual network, and prints what each
scenario measures beside what it must show. The same seed gives the same run, to the last byte: its hash is printed.

Flags:
${describe(flags)}

Examples:
  npm run sim -- --list
  npm run sim -- --scenario iroh
  npm run sim -- --scenario iroh-multi-100 --peers 500 --latency 5ms..200ms --loss 0.01 --seeds 1..5
  npm run --silent sim -- --scenario iroh --json > old.json
  npm run sim -- --scenario iroh --baseline old.json --report iroh.html

Exit codes: 0 all targets met, 1 a target missed (or failed), 2 wrong use.`;

/** Every scenario: what it sets, what it measures, what it must show. */
export function listing(): string {
  return scenarios
    .map((scenario) =>
      [
        describeScenario(scenario),
        ...scenario.about.split('\n').map((line) => `  ${line.trim()}`),
        ...scenario.figures.flatMap(({ label, over, unit, target }) =>
          target === undefined
            ? []
            : [`  must: ${over} ${label} ${target.op} ${shown(target.value, unit)} (${target.from})`],
        ),
      ].join('\n'),
    )
    .join('\n\n');
}
