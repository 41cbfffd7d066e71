import type { TopLevelSpec } from 'vega-lite';

/** Grey axes and text that can be read on white and on black. */
const config = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  axis: {
    labelColor: '#888',
    titleColor: '#888',
    gridColor: '#8884',
    domainColor: '#888',
    tickColor: '#888',
  },
  legend: { labelColor: '#888', titleColor: '#888' },
  view: { stroke: null },
} as const;

/**
 * The chart as SVG. vega is a development tool of ours: loaded when a report is asked for, and by a name the bundler
 * does not follow, so that it stays out of the simulator's one file.
 */
export async function toSvg(spec: TopLevelSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([
    load<typeof import('vega')>('vega'),
    load<typeof import('vega-lite')>('vega-lite'),
  ]);
  const compiled = vegaLite.compile({ ...spec, config }).spec;
  return new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG();
}

const load = <T>(name: string): Promise<T> => import(name) as Promise<T>;
