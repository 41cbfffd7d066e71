import { defaults } from '../../../lib/options.ts';
import type { Message } from '../../../lib/protocol/messages.ts';
import { createBurstReader } from '../../../lib/wire/burst.ts';
import { createCodec } from '../../../lib/wire/codec.ts';
import { createFramer, prefix } from '../../../lib/wire/frame.ts';
import { KiB } from '../work/work.ts';
import { keep, type Micro } from './micro.ts';
import { anIhave, burstOf, gossips } from './traffic.ts';

const times = 1000;
const subject = createCodec(defaults);

export const codec: readonly Micro[] = [
  ...both('gossip 256 B', gossips(1, 256)[0]!),
  ...both('gossip 16 KiB', gossips(1, 16 * KiB)[0]!),
  ...both('ihave of 100', anIhave(100)),
  { name: 'encode gossip 256 B, 125 together', prepare: () => ({ events: times, run: encodeBursts }) },
  { name: 'decode gossip 256 B, 125 together', prepare: () => ({ events: times, run: decodeBursts }) },
];

const together = burstOf(gossips(125, 256));
subject.encode(together.first);

function encodeBursts(): void {
  for (let i = 0; i < times; i += 125) keep(subject.encodeBurst(together));
}

const frames = subject.encodeBurst(together);
const reader = createBurstReader(defaults.maxPayload);

function decodeBursts(): void {
  for (let i = 0; i < times; i += 125) {
    let isBegun = false;
    createFramer(subject.maxFrame).push(frames, (...frame) => {
      if (isBegun) keep(reader.follows(...frame));
      else isBegun = reader.begin(...frame) !== undefined;
    });
    keep(reader.take());
  }
}

/** As a link does: what is no GOSSIP in the usual shape is for the general reader. */
function read(frame: Uint8Array): unknown {
  const message = reader.begin(frame, prefix, frame.length);
  return message === undefined ? subject.decode(frame, prefix, frame.length) : reader.take();
}

function both(what: string, message: Message): readonly Micro[] {
  const frame = subject.encode(message);
  const encode = () => {
    for (let i = 0; i < times; i++) keep(subject.encode(message));
  };
  subject.decode(frame, prefix, frame.length);
  const decode = () => {
    for (let i = 0; i < times; i++) keep(read(frame));
  };
  return [
    { name: `encode ${what}`, prepare: () => ({ events: times, run: encode }) },
    { name: `decode ${what}`, prepare: () => ({ events: times, run: decode }) },
  ];
}
