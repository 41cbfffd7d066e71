import { cold } from './cold.ts';
import { flat } from './flat.ts';
import { hostile } from './hostile.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { micro } from './micro.ts';
import { stopped } from './stopped.ts';
import { throughput } from './throughput.ts';
import type { Work } from './work.ts';

/** In the order of the report. */
export const works: readonly Work[] = [
  throughput,
  latency,
  cold,
  idle,
  memory,
  flat,
  stopped,
  hostile,
  micro,
];
