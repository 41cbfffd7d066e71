import type { TopLevelSpec } from 'vega-lite';
import { charts, type Chart, type ChartName, type Point } from '../../lib/sim/charts.ts';
import type { Result } from './results.ts';

/** Charts as vega-lite specifications: what there is to see in the results. */

const size = { width: 640, height: 300 } as const;

export interface Drawing {
  readonly title: string;
  readonly spec: TopLevelSpec;
}

/** A chart for each that got points, and the comparison with others where there is one. */
export function drawings(results: readonly Result[]): readonly Drawing[] {
  const points = results.flatMap(({ runs }) => runs.flatMap((run) => run.points ?? []));
  const names = [...new Set(points.map(({ chart }) => chart))];
  return [...comparison(results), ...names.map((name) => lines(charts[name], points.filter(of(name))))];
}

const of = (name: ChartName) => (point: Point) => point.chart === name;

/** The mean over the seeds as a line, and from the smallest to the largest as a band. */
function lines({ title, x, y, zero = true }: Chart, points: readonly Point[]): Drawing {
  const axes = {
    x: { field: 'x', type: 'quantitative', title: x },
    color: { field: 'line', type: 'nominal', title: null },
  } as const;
  const scale = { zero };
  return {
    title,
    spec: {
      ...size,
      data: { values: points.map(({ line, x: at, y: value }) => ({ line, x: at, y: value })) },
      layer: [
        {
          mark: { type: 'area', opacity: 0.12 },
          encoding: {
            ...axes,
            y: { aggregate: 'min', field: 'y', type: 'quantitative', title: y, scale },
            y2: { aggregate: 'max', field: 'y' },
          },
        },
        {
          mark: { type: 'line', point: { size: 18 } },
          encoding: { ...axes, y: { aggregate: 'mean', field: 'y', type: 'quantitative', title: y, scale } },
        },
      ],
    },
  };
}

/** Ours beside theirs, for every figure whose target another program has set. */
function comparison(results: readonly Result[]): readonly Drawing[] {
  const bars = results.flatMap(({ scenario, rows }) =>
    rows.flatMap(({ figure: { label, target }, value }) =>
      target?.from.startsWith('iroh') === true && !target.from.includes('seeds')
        ? [
            { scenario: scenario.name, label, who: 'rx-gossip', value },
            { scenario: scenario.name, label, who: target.from, value: target.value },
          ]
        : [],
    ),
  );
  return [...new Set(bars.map(({ label }) => label))].map((label) => ({
    title: `${label}: rx-gossip and iroh-gossip`,
    spec: {
      ...size,
      data: { values: bars.filter((bar) => bar.label === label) },
      mark: 'bar',
      encoding: {
        x: {
          field: 'scenario',
          type: 'nominal',
          sort: null,
          title: null,
          axis: { labelAngle: -30, labelLimit: 240 },
        },
        xOffset: { field: 'who' },
        y: { field: 'value', type: 'quantitative', title: label },
        color: { field: 'who', type: 'nominal', title: null },
      },
    },
  }));
}
