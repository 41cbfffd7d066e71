import type { TopLevelSpec } from 'vega-lite';
import { describe } from '../../lib/sim/scenario.ts';
import { drawings } from './chart.ts';
import type { Result, Row } from './results.ts';
import { shown, targetOf } from './table.ts';

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #8884; }
td.number { text-align: right; white-space: nowrap; }
.met { color: #2a8a3a; } .missed { color: #c33; font-weight: bold; }
.quiet, figcaption { color: #888; } code { font-size: .9em; }
figure { margin: 2rem 0; } svg { max-width: 100%; height: auto; }`;

export interface Page {
  readonly results: readonly Result[];
  /** The command line, as somebody else would type it to get the same. */
  readonly command: string;
  readonly made: Date;
  readonly draw: (spec: TopLevelSpec) => Promise<string>;
}

/** One HTML page with everything in it: no script, no file beside it. */
export async function reportPage({ results, command, made, draw }: Page): Promise<string> {
  const figures: string[] = [];
  for (const { title, spec } of drawings(results))
    figures.push(`<figure>${await draw(spec)}<figcaption>${escaped(title)}</figcaption></figure>`);
  const met = results.flatMap(({ rows }) => rows.filter((row) => row.met !== undefined));
  const missed = met.filter((row) => row.met === false).length;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>rx-gossip: simulations</title>
<style>${style}</style>
<h1>rx-gossip: simulations</h1>
<p>${met.length - missed} of ${met.length} targets met. Whole peers on a virtual clock and network; the same seed gives the
same run, and its hash. <span class="quiet">${made.toISOString().slice(0, 16)} UTC</span></p>
<p><code>${escaped(command)}</code></p>
${figures.join('\n')}
${results.map(section).join('\n')}
</html>
`;
}

function section({ scenario, rows, runs, hash, seconds }: Result): string {
  return `<h2>${escaped(scenario.name)}</h2>
<p>${escaped(scenario.about)}<br><span class="quiet">${escaped(describe(scenario))}</span></p>
<table><tr><th></th><th>value</th><th>over the seeds</th><th>target</th><th></th></tr>
${rows.map(line).join('\n')}
</table>
<p class="quiet">hash <code>${hash}</code>, ${runs.reduce((sum, { events }) => sum + events, 0)} events in ${seconds.toFixed(1)} s</p>`;
}

function line(row: Row): string {
  const { figure, value, min, max, met } = row;
  const verdict =
    met === undefined ? '' : met ? '<span class="met">met</span>' : '<span class="missed">missed</span>';
  const cells = [shown(value, figure.unit), min === max ? '' : `${shown(min)} .. ${shown(max)}`];
  return (
    `<tr><td>${escaped(figure.label)}</td>` +
    cells.map((cell) => `<td class="number">${escaped(cell)}</td>`).join('') +
    `<td>${escaped(targetOf(row))}</td><td>${verdict}</td></tr>`
  );
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!);
