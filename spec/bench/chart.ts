import type { TopLevelSpec } from 'vega-lite';
import { valueOf, type Result } from './results.ts';

/** The deliveries a second of each throughput case as bars, each case on its own scale. */
export function chartOf(results: readonly Result[]): TopLevelSpec {
  const values = results
    .filter(({ work }) => work === 'throughput')
    .flatMap(({ title, rows }) =>
      rows.map((row) => ({ title, system: row.label, rate: valueOf(row, 'rate') })),
    )
    // A system none of whose runs was clean has no bar.
    .filter(({ rate }) => !Number.isNaN(rate));
  // Facets, unlike axes, are sorted by name even with `sort: null`.
  const titles = [...new Set(values.map(({ title }) => title))];
  return {
    data: { values },
    columns: 2,
    facet: { field: 'title', type: 'nominal', sort: titles, title: null, header: { labelColor: '#888' } },
    resolve: { scale: { x: 'independent' }, axis: { x: 'independent' } },
    spec: {
      width: 360,
      height: 160,
      mark: 'bar',
      encoding: {
        y: { field: 'system', type: 'nominal', sort: null, title: null },
        x: { field: 'rate', type: 'quantitative', title: 'deliveries/s', axis: { format: '~s' } },
        color: {
          condition: { test: "indexof(datum.system, 'rx-gossip') === 0", value: '#d6277a' },
          value: '#8899aa',
        },
      },
    },
  };
}
