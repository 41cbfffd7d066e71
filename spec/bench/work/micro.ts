import { codec } from '../micro/codec.ts';
import { framer } from '../micro/framer.ts';
import { loop } from '../micro/loop.ts';
import type { Micro } from '../micro/micro.ts';
import { reducers } from '../micro/reducers.ts';
import { median } from '../statistics.ts';
import type { Sample, Work } from './work.ts';

/** One part at a time, in this process: so that a regression is found where it is. */

const micros: readonly Micro[] = [...codec, ...framer, ...loop, ...reducers];
/** Long enough for the compiler to have done what it will do. */
const [warmUpMs, measureMs] = [300, 300];

export const micro: Work = {
  name: 'micro',
  about: 'nanoseconds an event: codec, framer, loop, reducers',
  always: false,
  cases: ({ runs }) => [
    {
      work: 'micro',
      title: 'micro: nanoseconds an event',
      settings: {},
      figures: [{ key: 'ns', label: 'ns' }],
      runs,
      contestants: micros.map((one) => ({ name: one.name, label: one.name, measure: () => measure(one) })),
    },
  ],
};

/** The median of many batches: a pause (a collection, another process) spoils one of them, not the figure. */
function measure({ prepare }: Micro): Promise<Sample> {
  repeat(prepare, warmUpMs);
  return Promise.resolve({ values: { ns: median(repeat(prepare, measureMs)) } });
}

/** Each batch is prepared anew, and only its run is timed. */
function repeat(prepare: Micro['prepare'], ms: number): number[] {
  const times: number[] = [];
  for (const until = performance.now() + ms; performance.now() < until;) {
    const { events, run } = prepare();
    const begun = performance.now();
    run();
    times.push(((performance.now() - begun) * 1e6) / events);
  }
  return times;
}
