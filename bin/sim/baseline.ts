import { readFileSync } from 'node:fs';
import { UsageError } from '../cli/wrong.ts';
import { save, type Saved, type SavedFigure } from './json.ts';
import type { Result } from './results.ts';
import { columns, shown } from './table.ts';

/** @throws UsageError when the file is not what `--json` wrote */
export function readBaseline(file: string): Saved {
  const text = readFileSync(file, 'utf8');
  try {
    const saved = JSON.parse(text) as Partial<Saved>;
    if (saved.version === 1 && Array.isArray(saved.results)) return saved as Saved;
  } catch {
    // Said below.
  }
  throw new UsageError(`--baseline: expected a file that --json wrote, got ${file}`);
}

/** How the results differ from those of the baseline: a line for each figure that changed. */
export function differences(results: readonly Result[], baseline: Saved): string {
  const lines = save(results).results.flatMap(({ scenario, figures, hash }) => {
    const before = baseline.results.find((one) => one.scenario === scenario);
    if (before === undefined) return [[`${scenario}: not in the baseline`, '', '', '']];
    const same = before.hash === hash ? 'the same run to the byte' : '';
    const changes = figures.flatMap((figure) =>
      changeOf(
        figure,
        before.figures.find(({ key }) => key === figure.key),
      ),
    );
    return [[scenario, 'before', 'now', same || (changes.length === 0 ? 'no difference' : '')], ...changes];
  });
  return ['Against the baseline:', ...columns(lines)].join('\n');
}

function changeOf(now: SavedFigure, before: SavedFigure | undefined): string[][] {
  if (before?.value === now.value) return [];
  const label = `  ${now.label}`;
  if (before === undefined) return [[label, '', shown(now.value, now.unit), 'new']];
  const by = now.value - before.value;
  const share =
    before.value === 0 ? '' : ` (${by > 0 ? '+' : ''}${((100 * by) / Math.abs(before.value)).toFixed(1)} %)`;
  return [
    [
      label,
      shown(before.value, now.unit),
      shown(now.value, now.unit),
      `${by > 0 ? '+' : ''}${shown(by)}${share}${turned(before.met, now.met)}`,
    ],
  ];
}

function turned(before: boolean | undefined, now: boolean | undefined): string {
  if (before === now || before === undefined || now === undefined) return '';
  return now ? ', now met' : ', no longer met';
}
