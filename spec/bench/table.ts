import { columns } from '../../bin/sim/table.ts';
import { carriesMessages, clean, valueOf, type Result, type Row } from './results.ts';

/** A case side by side: one line a system, medians of the clean runs, and what was wrong with the others. */
export function tableOf(result: Result): string {
  const { title, figures, rows } = result;
  const last = carriesMessages(result) ? 'exactly once' : 'runs';
  const cells = [
    ['', ...figures.map(({ label }) => label), last],
    ...rows.map((row) => [row.label, ...figures.map(({ key }) => shown(valueOf(row, key))), verdict(row)]),
  ];
  return [title, ...columns(cells).map((line) => `  ${line}`)].join('\n');
}

/** `5 of 5`, or how many, and the words of those that were not. */
function verdict(row: Row): string {
  const tried = row.samples.filter((sample) => sample !== undefined);
  const faults = [...new Set(tried.flatMap(({ fault }) => fault ?? []))];
  const count = `${clean(row).length} of ${tried.length}`;
  return faults.length === 0
    ? count
    : `${count}: ${faults.slice(0, 3).join('; ')}${faults.length > 3 ? ' ...' : ''}`;
}

/** Three digits: `1.52 M`, `263 k`, `17.4`, `0.57`; a dash for nothing. */
export function shown(value: number): string {
  const size = Math.abs(value);
  if (Number.isNaN(value)) return '-';
  if (size >= 999_500) return `${digits(value / 1e6)} M`;
  return size >= 9_995 ? `${digits(value / 1000)} k` : digits(value);
}

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(Number.isInteger(value) || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}
