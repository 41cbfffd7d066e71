import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { explain } from '../../bin/cli/failure.ts';
import { nearest } from '../../bin/cli/nearest.ts';
import { parse } from '../../bin/cli/parse.ts';
import { quoted } from '../../bin/cli/safe.ts';
import { UsageError } from '../../bin/cli/wrong.ts';
import { toSvg } from '../../bin/sim/svg.ts';
import { chartOf } from './chart.ts';
import { startMembersWith } from './cluster.ts';
import { flags, quickened, type Options } from './flags.ts';
import { benchHelp } from './help.ts';
import { installPackages } from './install.ts';
import { machine, machineLine } from './machine.ts';
import { runCase, type Result } from './results.ts';
import { isThere } from './server.ts';
import { systemOf, systems } from './systems/all.ts';
import type { System } from './systems/system.ts';
import { tableOf } from './table.ts';
import { hasTarget, targetTable, verdicts } from './targets.ts';
import { works } from './work/all.ts';
import type { Case } from './work/work.ts';

// `npm run bench | head`: nobody reads any more.
process.stdout.on('error', () => process.exit(0));
const out = (text: string) => void process.stdout.write(`${text}\n`);

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const { text, code } = explain(error);
    process.stderr.write(`${text}\n${code === 70 && error instanceof Error ? `${error.stack ?? ''}\n` : ''}`);
    process.exit(code);
  },
);

async function main(argv: readonly string[]): Promise<void> {
  const { words, rest } = split(argv);
  const options = quickened(parse(flags, rest));
  if (options.help) {
    out(benchHelp);
    return;
  }
  const tell = (text: string) => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  const { cases, skipped } = planned(words, options, tell);
  startMembersWith(options.node);
  if (options.profile !== '') startMembersWith(['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`]);
  const here = machine();
  out(heading(machineLine(here), cases, skipped, options));

  const results: Result[] = [];
  for (const one of cases) {
    const result = await runCase(one, tell);
    results.push(result);
    out(`${tableOf(result)}\n`);
  }
  if (cases.some(hasTarget)) out(targetTable(results));
  if (options.json !== '') {
    const targets = verdicts(results);
    const saved = { version: 1, machine: here, command: argv, skipped, results, targets };
    writeFileSync(options.json, `${JSON.stringify(saved, undefined, 1)}\n`);
  }
  if (options.chart !== '') writeFileSync(options.chart, await toSvg(chartOf(results)));
}

/** Leading words are works; the rest are flags. */
function split(argv: readonly string[]): { words: readonly string[]; rest: readonly string[] } {
  const end = argv.findIndex((arg) => arg.startsWith('-'));
  const words = end === -1 ? argv : argv.slice(0, end);
  const known = [...works.map(({ name }) => name), 'targets'];
  for (const word of words) {
    if (known.includes(word)) continue;
    const similar = nearest(word, known);
    throw new UsageError(
      `no work ${quoted(word)}: ${similar.length > 0 ? `did you mean ${similar.join(' or ')}?` : 'see --help'}`,
    );
  }
  return { words, rest: end === -1 ? [] : argv.slice(end) };
}

/** What is to be run, and who can't take part, with the reason. */
function planned(words: readonly string[], options: Options, tell: (text: string) => void) {
  const skipped: Record<string, string> = {};
  const named = options.systems.length > 0;
  const chosen = (named ? options.systems : systems).filter(({ name, server }) => {
    if (server === undefined || isThere(server)) return true;
    skipped[name] = `no ${server.command} here: Debian's package ${server.package} brings it`;
    return false;
  });
  const ours = named ? chosen : chosen.filter(({ name }) => name === 'rx-gossip');
  const isWanted = (name: string, always: boolean) =>
    words.length === 0 ? always : words.includes(name) || words.includes('targets');
  const all = works
    .filter(({ name, always }) => isWanted(name, always))
    .flatMap((work) => {
      const cases = work.cases({ ...options, systems: chosen, ours });
      // Ten minutes of load are for those who ask for them.
      return words.includes(work.name) || words.length === 0
        ? cases
        : cases.filter((one) => hasTarget(one) && one.work !== 'flat');
    });
  const needPackages = (one: Case) => one.contestants.some(({ name }) => systemOf(name)?.installed === true);
  const why = all.some(needPackages) ? installPackages(tell) : undefined;
  if (why === undefined) return { cases: all, skipped };
  const has = ({ name }: { readonly name: string }) => systemOf(name)?.installed !== true;
  for (const { name } of chosen.filter((system) => !has(system))) skipped[name] = why;
  return { cases: all.map((one) => ({ ...one, contestants: one.contestants.filter(has) })), skipped };
}

function heading(
  line: string,
  cases: readonly Case[],
  skipped: Readonly<Record<string, string>>,
  { runs, seconds }: Options,
): string {
  const names = new Set(cases.flatMap((one) => one.contestants.map(({ name }) => name)));
  const present = systems.filter(({ name }) => names.has(name));
  return [
    line,
    `medians of ${runs} interleaved runs of ${seconds} s; only ratios within one table mean anything`,
    ...present.map((system: System) => `  ${system.label}: ${system.about}`),
    ...Object.entries(skipped).map(([name, why]) => `  ${name} is skipped: ${why}`),
    '',
  ].join('\n');
}
