import { createFramer, prefix } from '../../../lib/wire/frame.ts';
import { KiB } from '../work/work.ts';
import { keep, type Micro } from './micro.ts';

/** A megabyte of frames, read in chunks of 64 KiB as a socket does: at each chunk's edge one frame is cut. */

const chunk = 64 * KiB;
const total = 1024 * KiB;

export const framer: readonly Micro[] = [cut(256), cut(16 * KiB)];

function cut(bytes: number): Micro {
  const events = Math.floor(total / (prefix + bytes));
  const stream = Buffer.alloc(events * (prefix + bytes));
  for (let at = 0; at < stream.length; at += prefix + bytes) stream.writeUInt32BE(bytes, at);
  const onFrame = (_bytes: Uint8Array, start: number, end: number) => keep(end - start);
  const run = () => {
    const subject = createFramer(bytes);
    for (let at = 0; at < stream.length; at += chunk) subject.push(stream.subarray(at, at + chunk), onFrame);
  };
  return { name: `framer, frames of ${bytes} B`, prepare: () => ({ events, run }) };
}
