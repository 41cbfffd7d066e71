import { defaults } from '../../../lib/options.ts';
import type { Message } from '../../../lib/protocol/messages.ts';
import { createCodec } from '../../../lib/wire/codec.ts';
import { prefix } from '../../../lib/wire/frame.ts';
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
];

const together = burstOf(gossips(125, 256));
subject.encode(together.first);

function encodeBursts(): void {
  for (let i = 0; i < times; i += 125) keep(subject.encodeBurst(together));
}

function both(what: string, message: Message): readonly Micro[] {
  const frame = subject.encode(message);
  const encode = () => {
    for (let i = 0; i < times; i++) keep(subject.encode(message));
  };
  const decode = () => {
    for (let i = 0; i < times; i++) keep(subject.decode(frame, prefix, frame.length));
  };
  return [
    { name: `encode ${what}`, prepare: () => ({ events: times, run: encode }) },
    { name: `decode ${what}`, prepare: () => ({ events: times, run: decode }) },
  ];
}
