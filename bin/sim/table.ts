import { describe } from '../../lib/sim/scenario.ts';
import type { Result, Row } from './results.ts';

/** A scenario's results for people: each figure, its spread over the seeds, and the target beside it. */
export function tableOf(result: Result): string {
  const { scenario, rows, runs, hash, seconds, peakMb } = result;
  const events = runs.reduce((total, run) => total + run.events, 0);
  const cells = [
    ['', 'value', 'min..max', 'target', ''],
    ...rows.map((row) => [
      row.figure.label,
      shown(row.value, row.figure.unit),
      row.min === row.max ? '' : `${shown(row.min)}..${shown(row.max)}`,
      targetOf(row),
      row.met === undefined ? '' : row.met ? 'met' : 'MISSED',
    ]),
  ];
  return [
    describe(scenario),
    ...columns(cells).map((line) => `  ${line}`),
    `  frames: ${framesOf(runs)}`,
    `  hash ${hash}, ${events} events, ${seconds.toFixed(1)} s, ${rate(events, seconds)} events/s, peak ${Math.round(peakMb)} MB`,
  ].join('\n');
}

/** Frames read in all runs by type, most first. */
function framesOf(runs: Result['runs']): string {
  const types = Object.keys(runs[0]?.frames ?? {});
  return types
    .map((type) => [type, runs.reduce((sum, { frames }) => sum + frames[type]!, 0)] as const)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([type, count]) => `${type} ${count}`)
    .join(', ');
}

export function shown(value: number, unit = ''): string {
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 4 : 1;
  return `${value.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`;
}

export function targetOf({ figure: { target, unit } }: Row): string {
  return target === undefined ? '' : `${target.op} ${shown(target.value, unit)} (${target.from})`;
}

/** Left-aligned columns, as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}

const rate = (events: number, seconds: number) => `${Math.round(events / Math.max(seconds, 0.001) / 1000)}k`;
