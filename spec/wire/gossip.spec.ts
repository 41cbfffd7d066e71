import fc from 'fast-check';
import { Packr } from 'msgpackr/pack';
import { messagesOf, noProof, type Message, type MessageOf } from '../../lib/protocol/messages.ts';
import { pieceOf, type Piece } from '../../lib/protocol/pieces.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createFramer, prefix } from '../../lib/wire/frame.ts';
import { createBurstReader } from '../../lib/wire/burst.ts';
import { packed } from '../../lib/wire/pack.ts';
import { writeGossip } from '../../lib/wire/write-gossip.ts';
import { burstFrom, messageOf, saidIn } from '../support/messages.ts';

const maxPayload = 1024;
const codec = createCodec({ maxPayload });
/** The same without the quick writers. */
const general = createCodec({ maxPayload }, {});

const packr = new Packr({ useRecords: false, structuredClone: false });

/** The messages in a frame, read quickly; undefined when it is left to the general reader. */
function read(bytes: Uint8Array, start = prefix, end = bytes.length) {
  const reader = createBurstReader(maxPayload);
  const first = reader.begin(bytes, start, end);
  if (first === undefined) return undefined;
  const messages = messagesOf({ first, pieces: reader.take() });
  expect(first).toEqual(messages[0]);
  return messages;
}

/** The messages that the general reader finds; undefined when there are none. */
function readGenerally(
  bytes: Uint8Array,
  start = prefix,
  end = bytes.length,
): readonly Message[] | undefined {
  const decoded = general.decode(bytes, start, end);
  return decoded.ok ? saidIn(decoded.message) : undefined;
}

/** Few texts, so that they come again; any other field. */
const texts = fc.tuple(
  fc.constantFrom('', '127.0.0.1:8080', '127.0.0.1:8081', '[::1]:80', ':80'),
  fc.constantFrom(
    '',
    'a',
    'ab',
    'abc',
    'news',
    '127.0.0.1:8080',
    'été',
    'x'.repeat(31),
    'x'.repeat(32),
    'x'.repeat(65),
  ),
);
const again = fc
  .tuple(messageOf('gossip', maxPayload) as fc.Arbitrary<MessageOf<'gossip'>>, texts, fc.boolean())
  .map(([message, [address, topic], isSigned]): MessageOf<'gossip'> => ({
    ...{ ...message, address, topic },
    proof: isSigned ? message.proof : noProof,
  }));
const burstAgain = fc
  .tuple(messageOf('burst', maxPayload) as fc.Arbitrary<MessageOf<'burst'>>, texts)
  .map(([message, [address, topic]]): MessageOf<'burst'> => ({ ...message, address, topic }));
const either: fc.Arbitrary<Message> = fc.oneof(again, burstAgain);

const usual = {
  ...({ type: 'gossip', origin: 'ab'.repeat(16), epoch: 1_795_384_279_836, hop: 1 } as const),
  ...{ sequence: 70_000, address: '10.0.0.1:8080', topic: 'weather' },
  ...{ payload: new Uint8Array(256), proof: noProof },
};

describe('a GOSSIP or BURST that is read quickly', () => {
  it('is what the general reader makes of it', () => {
    fc.assert(
      fc.property(either, (message) => {
        const frame = codec.encode(message);
        const expected = readGenerally(frame);
        expect([undefined, expected]).toContainEqual(read(frame));
      }),
      { numRuns: 2000 },
    );
  });

  it('is what the general reader makes of it when bytes are changed, missing or too many', () => {
    const changes = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 2 });
    fc.assert(
      fc.property(either, changes, fc.integer({ min: -3, max: 3 }), (message, changed, longer) => {
        const frame = Uint8Array.from(codec.encode(message));
        codec.decode(frame, prefix, frame.length);
        for (const [at, byte] of changed) if (prefix + at < frame.length) frame[prefix + at] = byte;
        const stream = Uint8Array.from([...frame, ...frame]);
        const end = frame.length + longer;
        expect([undefined, readGenerally(stream, prefix, end)]).toContainEqual(read(stream, prefix, end));
      }),
      { numRuns: 10_000 },
    );
  });

  it('is nearly every one: the second of an origin is', () => {
    const frame = codec.encode(usual);
    codec.decode(frame, prefix, frame.length);
    expect(read(frame)).toEqual([usual]);
    const other = codec.encode(burstFrom({ ...usual, topic: 'only here' }, [Uint8Array.of(1)]));
    expect(read(other)).toBeUndefined();
    codec.decode(other, prefix, other.length);
    expect(read(other)).toBeDefined();
    for (const count of [1, 2, 15, 16, 256]) {
      const payloads = Array.from({ length: count }, (_, nr) => new Uint8Array(nr % 4).fill(nr));
      const messages = payloads.map((payload, nr) => ({ ...usual, sequence: usual.sequence + nr, payload }));
      expect(read(codec.encode(burstFrom(usual, payloads)))).toEqual(messages);
    }
  });

  it.each([
    ['no payload', []],
    ['more payloads than may be', Array.from({ length: 257 }, () => new Uint8Array(0))],
    ['more together than one may have', [new Uint8Array(maxPayload), new Uint8Array(1)]],
  ])('is none with %s', (_, payloads) => {
    const packed = packr.pack([22, new Uint8Array(16), 1, 70_000, 1, '', '', payloads]);
    expect(read(packed, 0)).toBeUndefined();
    expect(general.decode(packed, 0, packed.length)).toMatchObject({ ok: false });
    expect(() => codec.encode(burstFrom(usual, payloads))).toThrow(
      '1 to 256 payloads of at most 1024 bytes together',
    );
  });

  it('has an address that was checked as one: a topic of the same bytes does not count', () => {
    const topic = 'no address';
    const known = codec.encode({
      ...({ type: 'gossip', origin: 'ab'.repeat(16), epoch: 1, sequence: 2, hop: 1 } as const),
      ...{ address: '', topic, payload: new Uint8Array(3), proof: noProof },
    });
    codec.decode(known, prefix, known.length);
    const frame = [...known];
    const at = frame.indexOf(0xa0);
    // The topic and the empty address change places.
    frame.splice(at, 2 + topic.length, 0xa0 + topic.length, ...Buffer.from(topic), 0xa0);
    expect(codec.decode(Uint8Array.from(frame), prefix, frame.length)).toMatchObject({ ok: false });
  });

  it('keeps nothing of the read buffer', () => {
    const message = {
      ...({ type: 'gossip', origin: 'ab'.repeat(16), epoch: 1, sequence: 2, hop: 1 } as const),
      ...{ address: '10.0.0.1:8080', topic: 'news', payload: Uint8Array.of(1, 2, 3), proof: noProof },
    };
    const frame = codec.encode(message);
    codec.decode(frame, prefix, frame.length);
    const quick = read(frame);
    frame.fill(0);
    expect(quick).toEqual([message]);
  });
});

/** A piece for each payload, one that has them as a BURST does, one with something else between them, or nothing. */
const layings = ['apart', 'packed', 'garbled', 'close'] as const;

function burstOf(
  first: MessageOf<'gossip'>,
  payloads: readonly Uint8Array[],
  laying: (typeof layings)[number],
) {
  const lengths = payloads.map(({ length }) => length);
  const edges = lengths.flatMap((length, nr) => {
    const start = lengths.slice(0, nr).reduce((sum, one) => sum + one, 0);
    return [start, start + length];
  });
  const bytes = Uint8Array.from(payloads.flatMap((one) => [...one]));
  return {
    first: { ...first, payload: payloads[0]! },
    pieces: {
      apart: payloads.map(pieceOf),
      packed: [packed(payloads)],
      garbled: [garbled(packed(payloads))],
      close: [{ bytes, edges }],
    }[laying],
  };
}

/** The payloads as they are, and each byte that stands before one of them another. */
function garbled({ bytes, edges }: Piece): Piece {
  const isPayload = (at: number) =>
    edges.some((start, i) => i % 2 === 0 && start <= at && at < edges[i + 1]!);
  return { bytes: bytes.map((byte, at) => (isPayload(at) ? byte : byte ^ 1)), edges };
}

/** Each with its prefix. */
function framesIn(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  createFramer(2 ** 20).push(bytes, (_, start, end) =>
    frames.push(Uint8Array.from(bytes.subarray(start - prefix, end))),
  );
  return frames;
}

describe('a GOSSIP that is written quickly', () => {
  const written = (message: MessageOf<'gossip'>) =>
    writeGossip(message, maxPayload, (length) => new Uint8Array(length));

  it('is what the general writer makes of it', () => {
    fc.assert(
      fc.property(
        fc.array(again, { minLength: 2, maxLength: 5 }),
        fc.array(fc.nat(2 ** 33)),
        (them, sequences) => {
          // The same origin again and again, with whatever else.
          for (const [i, message] of [...them, ...them].entries()) {
            const { origin, epoch, address, topic } = them[i % 2]!;
            const one = { ...message, origin, epoch, sequence: sequences[i] ?? message.sequence };
            const usually = { ...one, address, topic, proof: noProof };
            for (const each of [one, usually]) expect(codec.encode(each)).toEqual(general.encode(each));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is in a burst what it is alone, in frames that the general writer would have made', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
    // Where a sequence takes more bytes than the one before it, and where there is no short form any more.
    const sequences = fc.constantFrom(0, 126, 254, 65_533, 2 ** 32 - 3, 2 ** 32);
    fc.assert(
      fc.property(
        again,
        payloads,
        sequences,
        fc.constantFrom(...layings),
        (message, many, sequence, laying) => {
          const burst = burstOf({ ...message, sequence }, many, laying);
          for (let round = 0; round < 2; round++) {
            const frames = framesIn(codec.encodeBurst(burst));
            expect(frames.flatMap((frame) => readGenerally(frame) ?? [])).toEqual(messagesOf(burst));
            for (const frame of frames) {
              const decoded = general.decode(frame, prefix, frame.length);
              expect(Buffer.from(general.encode((decoded as { message: Message }).message))).toEqual(
                Buffer.from(frame),
              );
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('has its sequence also where a burst goes on beyond what has a short form', () => {
    const large = createCodec({ maxPayload: 5000 });
    large.encode(usual);
    const payloads = Array.from({ length: 3 }, (_, nr) => new Uint8Array(5000).fill(nr));
    const burst = burstOf({ ...usual, sequence: 2 ** 32 - 2 }, payloads, 'apart');
    const decoded = framesIn(large.encodeBurst(burst)).map((frame) =>
      large.decode(frame, prefix, frame.length),
    );
    expect(decoded).toEqual(messagesOf(burst).map((message) => ({ ok: true, message })));
  });

  it('is refused in a burst as it is alone', () => {
    codec.encode(usual);
    const payloads = [new Uint8Array(1), new Uint8Array(maxPayload + 1)];
    expect(() => codec.encodeBurst(burstOf(usual, payloads, 'apart'))).toThrow(RangeError);
  });

  it('is a BURST with others, of no more than 8 KiB, `maxPayload` and 256 payloads, and a GOSSIP alone', () => {
    const typesIn = (maxPayload: number, ...lengths: number[]) => {
      const large = createCodec({ maxPayload });
      large.encode(usual);
      const bytes = large.encodeBurst(
        burstOf(
          usual,
          lengths.map((length) => new Uint8Array(length)),
          'apart',
        ),
      );
      return framesIn(bytes).map((frame) => {
        const decoded = large.decode(frame, prefix, frame.length);
        if (!decoded.ok) throw new Error(decoded.reason);
        const { message } = decoded;
        return message.type === 'burst' ? message.payloads.length : message.type;
      });
    };
    const typesOf = (...lengths: number[]) => typesIn(100_000, ...lengths);
    expect(typesOf(10)).toEqual(['gossip']);
    expect(typesOf(10, 10)).toEqual([2]);
    expect(typesOf(4093, 4093)).toEqual([2]);
    expect(typesOf(4093, 4094)).toEqual(['gossip', 'gossip']);
    expect(typesOf(10, 90_000, 10, 10)).toEqual(['gossip', 'gossip', 2]);
    expect(typesOf(...new Array<number>(257).fill(1))).toEqual([256, 'gossip']);
    // No more together than one may have.
    expect(typesIn(1024, 300, 300, 300, 300, 300)).toEqual([3, 2]);
  });

  it('is nearly every one: from the second of an origin on, whatever its sequence, hop and payload', () => {
    codec.encode(usual);
    for (const sequence of [1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1])
      for (const hop of [0, 127])
        for (const length of [0, 255, 256, 1024]) {
          const message = { ...usual, sequence, hop, payload: new Uint8Array(length).fill(sequence) };
          expect(written(message)).toEqual(general.encode(message));
        }
  });

  it.each([
    ['sequence', -1],
    ['sequence', 1.5],
    ['sequence', NaN],
    ['hop', -1],
    ['hop', 0.5],
    ['payload', new Uint8Array(maxPayload + 1)],
  ])('is refused as ever with the %s %p', (field, value) => {
    codec.encode(usual);
    expect(() => codec.encode({ ...usual, [field]: value })).toThrow(RangeError);
  });
});
