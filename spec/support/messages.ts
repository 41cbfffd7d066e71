import fc, { type Arbitrary } from 'fast-check';
import {
  burstIn,
  messagesOf,
  type Kind,
  type Kinds,
  type Message,
  type MessageOf,
  type MessageType,
  messageTable,
} from '../../lib/protocol/messages.ts';
import { limits, longest } from '../../lib/wire/limits.ts';

/** Arbitrary messages, made from `messageTable`: a new message needs no word here, a new kind one row. */

const digits = Array.from({ length: 16 }, (_, digit) => digit.toString(16));

export const anyId = fc.string({ unit: fc.constantFrom(...digits), minLength: 32, maxLength: 32 });

/** Small numbers, and those where msgpack changes its integer type. */
export const anyUint = fc.oneof(
  fc.nat(300),
  fc.maxSafeNat(),
  fc.constantFrom(0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffffff, 0x100000000, Number.MAX_SAFE_INTEGER),
);

function anyText(longest: number): Arbitrary<string> {
  return fc
    .string({ unit: 'binary', maxLength: longest })
    .filter((text) => Buffer.byteLength(text) <= longest);
}

const anyHost = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((ip) => `[${ip}]`),
  fc.domain(),
  fc.constantFrom('', 'localhost', '[fe80::1%eth0]'),
);

export const anyAddress = fc.oneof(
  { weight: 1, arbitrary: fc.constant('') },
  {
    weight: 9,
    arbitrary: fc
      .tuple(anyHost, fc.integer({ min: 1, max: 65535 }))
      .map(([host, port]) => `${host}:${port}`)
      .filter((address) => address.length <= limits.text),
  },
);

const anyPair = fc.tuple(anyUint, anyUint).map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
const anyEpoch = fc.record({ origin: anyId, epoch: anyUint });

/** A value of that kind, as a field of that name would hold it. */
export function valueOf<K extends Kind>(kind: K, field = '', maxPayload = 1024): Arbitrary<Kinds[K]> {
  const most = longest(kind, field, maxPayload);
  const maxLength = Math.min(most, 20);
  const kinds: { [A in Kind]: () => Arbitrary<Kinds[A]> } = {
    flag: () => fc.boolean(),
    uint: () => anyUint,
    text: () => anyText(most),
    id: () => anyId,
    address: () => anyAddress,
    bytes: () => fc.uint8Array({ maxLength: Math.min(most, 1000) }),
    payloads: () =>
      fc
        .array(fc.uint8Array({ maxLength: Math.min(most, 1000) }), { minLength: 1, maxLength: 20 })
        .map((all) => fitting(all, most)),
    proof: () => fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: 96, maxLength: 96 })),
    addresses: () => fc.array(anyAddress, { maxLength }),
    contacts: () => fc.array(fc.record({ address: anyAddress, age: anyUint }), { maxLength }),
    runs: () =>
      fc.array(
        fc.tuple(anyEpoch, anyPair).map(([of, [first, last]]) => ({ ...of, first, last })),
        { maxLength },
      ),
    announcements: () =>
      fc.array(
        fc.tuple(anyEpoch, anyPair, anyUint).map(([of, [first, last], hop]) => ({ ...of, first, last, hop })),
        { maxLength },
      ),
    marks: () =>
      fc.array(
        fc.tuple(anyEpoch, anyPair).map(([of, [low, high]]) => ({ ...of, low, high })),
        { maxLength },
      ),
  };
  return kinds[kind]();
}

/** As many as have no more than so many bytes together; the first one cut if need be. */
function fitting([first, ...rest]: readonly Uint8Array<ArrayBuffer>[], most: number): Uint8Array[] {
  const taken = [first!.slice(0, most)];
  let left = most - taken[0]!.length;
  for (const one of rest) if ((left -= one.length) >= 0) taken.push(one);
  return taken;
}

/** The BURST with these payloads that begins with this message. */
export const burstFrom = (
  { origin, epoch, sequence, hop, address, topic }: MessageOf<'gossip'>,
  payloads: readonly Uint8Array[],
): MessageOf<'burst'> => ({ type: 'burst', origin, epoch, sequence, hop, address, topic, payloads });

/** What a message says, one by one. */
export const saidIn = (message: Message): readonly Message[] =>
  message.type === 'burst' ? messagesOf(burstIn(message)) : [message];

export const messageTypes = Object.keys(messageTable) as MessageType[];

/** A message of that type. */
export function messageOf(type: MessageType, maxPayload = 1024): Arbitrary<Message> {
  const fields: Readonly<Record<string, Kind>> = messageTable[type].fields;
  const values = Object.entries(fields).map(
    ([name, kind]) => [name, valueOf(kind, name, maxPayload)] as const,
  );
  return fc
    .record(Object.fromEntries(values), { noNullPrototype: true })
    .map((of) => ({ type, ...of }) as unknown as Message);
}

/** A message of any type. */
export const anyMessage: Arbitrary<Message> = fc.oneof(...messageTypes.map((type) => messageOf(type)));
