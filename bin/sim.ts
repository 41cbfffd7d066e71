import { writeFileSync } from 'node:fs';
import type { Scenario } from '../lib/sim/scenario.ts';
import { scenarios, scenariosOf } from '../lib/sim/scenarios.ts';
import { explain } from './cli/failure.ts';
import { nearest } from './cli/nearest.ts';
import { outputTo } from './cli/output.ts';
import { parse } from './cli/parse.ts';
import { quoted } from './cli/safe.ts';
import { UsageError } from './cli/wrong.ts';
import { differences, readBaseline } from './sim/baseline.ts';
import { flags } from './sim/flags.ts';
import { listing, simHelp } from './sim/help.ts';
import { save } from './sim/json.ts';
import { progressOn } from './sim/progress.ts';
import { reportPage } from './sim/report.ts';
import { allMet, type Result } from './sim/results.ts';
import { changed, runScenario } from './sim/run.ts';
import { toSvg } from './sim/svg.ts';
import { tableOf } from './sim/table.ts';

const { argv, stdout, stderr } = process;
const out = outputTo(stdout);
const err = outputTo(stderr);
const now = () => performance.now();
// `npm run sim | head`: nobody reads any more.
stdout.on('error', () => process.exit(0));
stderr.on('error', () => undefined);

void main()
  .catch((error: unknown) => {
    const { text, code } = explain(error);
    err.line(text);
    if (code === 70 && error instanceof Error) err.line(error.stack ?? '');
    return code;
  })
  .then(async (code) => {
    await Promise.all([out.flush(1000), err.flush(200)]);
    process.exit(code);
  });

async function main(): Promise<number> {
  const options = parse(flags, argv.slice(2));
  if (options.help || options.list) {
    out.line(options.help ? simHelp : listing());
    return 0;
  }
  const wanted = options.scenario.flatMap(found);
  if (wanted.length === 0) throw new UsageError('expected --scenario NAME: --list prints the names');
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const progress = progressOn(options.quiet ? { write: () => undefined } : stderr, now);
  const results: Result[] = [];
  for (const scenario of wanted) {
    const result = runScenario(changed(scenario, options), progress, now);
    results.push(result);
    if (!options.json) out.line(`${tableOf(result)}\n`);
  }
  if (options.json) out.line(JSON.stringify(save(results), undefined, 1));
  if (baseline !== undefined) (options.json ? err : out).line(differences(results, baseline));
  if (options.report !== undefined) {
    const command = `npm run sim -- ${argv.slice(2).join(' ')}`;
    writeFileSync(options.report, await reportPage({ results, command, made: new Date(), draw: toSvg }));
  }
  return allMet(results) ? 0 : 1;
}

/** @throws UsageError that suggests the nearest name */
function found(name: string): readonly Scenario[] {
  const all = scenariosOf(name);
  if (all.length > 0) return all;
  const known = [...new Set(scenarios.flatMap((one) => [one.group, one.name]))];
  const similar = nearest(name, known);
  const hint = similar.length === 0 ? 'see --list' : `did you mean ${similar.join(' or ')}?`;
  throw new UsageError(`--scenario: no scenario ${quoted(name)}: ${hint}`);
}
