import fc from 'fast-check';
import { messagesOf, noProof, type MessageOf } from '../../lib/protocol/messages.ts';
import { pieceOf } from '../../lib/protocol/pieces.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { prefix } from '../../lib/wire/frame.ts';
import { readGossip } from '../../lib/wire/gossip.ts';
import { writeGossip } from '../../lib/wire/write-gossip.ts';
import { messageOf } from '../support/messages.ts';

const maxPayload = 1024;
const codec = createCodec({ maxPayload });
/** The same without the quick reader. */
const general = createCodec({ maxPayload }, {});

const read = (frame: Uint8Array) => readGossip(frame, prefix, frame.length, maxPayload);

/** Few texts, so that they come again; any other field. */
const again = fc
  .tuple(
    messageOf('gossip', maxPayload),
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
  )
  .chain(([message, address, topic]) =>
    fc
      .constantFrom((message as MessageOf<'gossip'>).proof, noProof)
      .map((proof): MessageOf<'gossip'> => ({ ...(message as MessageOf<'gossip'>), address, topic, proof })),
  );

describe('a GOSSIP that is read quickly', () => {
  it('is what the general reader makes of it', () => {
    fc.assert(
      fc.property(again, (message) => {
        const frame = codec.encode(message);
        for (let round = 0; round < 2; round++)
          expect(codec.decode(frame, prefix, frame.length)).toEqual({ ok: true, message });
      }),
      { numRuns: 1000 },
    );
  });

  it('is what the general reader makes of it when bytes are changed, missing or too many', () => {
    const changes = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 2 });
    fc.assert(
      fc.property(again, changes, fc.integer({ min: -3, max: 3 }), (message, changed, longer) => {
        const frame = Uint8Array.from(codec.encode(message));
        codec.decode(frame, prefix, frame.length);
        for (const [at, byte] of changed) if (prefix + at < frame.length) frame[prefix + at] = byte;
        const stream = Uint8Array.from([...frame, ...frame]);
        const end = frame.length + longer;
        expect(codec.decode(stream, prefix, end)).toEqual(general.decode(stream, prefix, end));
      }),
      { numRuns: 5000 },
    );
  });

  it('is nearly every one: the second of an origin is', () => {
    const message = {
      ...({
        type: 'gossip',
        origin: 'ab'.repeat(16),
        epoch: 1_795_384_279_836,
        sequence: 70_000,
        hop: 1,
      } as const),
      ...{ address: '10.0.0.1:8080', topic: 'weather', payload: new Uint8Array(256), proof: noProof },
    };
    const frame = codec.encode(message);
    codec.decode(frame, prefix, frame.length);
    expect(read(frame)).toEqual(message);
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
    expect(quick).toEqual(message);
  });
});

describe('a GOSSIP that is written quickly', () => {
  const usual = {
    ...({ type: 'gossip', origin: 'cd'.repeat(16), epoch: 1_795_384_279_836, hop: 0 } as const),
    ...{ sequence: 0, address: '10.0.0.1:8080', topic: 'news', payload: new Uint8Array(256), proof: noProof },
  };
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

  it('is in a burst what it is alone', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 });
    // Where a sequence takes more bytes than the one before it, and where there is no short form any more.
    const sequences = fc.constantFrom(0, 126, 254, 65_533, 2 ** 32 - 3, 2 ** 32);
    fc.assert(
      fc.property(again, payloads, sequences, fc.boolean(), (message, many, sequence, isPacked) => {
        const lengths = many.map(({ length }) => length);
        const edges = lengths.flatMap((length, nr) => {
          const start = lengths.slice(0, nr).reduce((sum, one) => sum + one, 0);
          return [start, start + length];
        });
        const pieces = isPacked
          ? [{ bytes: Uint8Array.from(many.flatMap((one) => [...one])), edges }]
          : many.map(pieceOf);
        const burst = { first: { ...message, sequence, payload: many[0]! }, pieces };
        const alone = Buffer.concat(messagesOf(burst).map((one) => general.encode(one)));
        for (let round = 0; round < 2; round++) expect(Buffer.from(codec.encodeBurst(burst))).toEqual(alone);
      }),
      { numRuns: 500 },
    );
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
