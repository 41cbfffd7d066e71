import fc from 'fast-check';
import { messagesOf, noProof, type MessageOf } from '../../lib/protocol/messages.ts';
import { countOf } from '../../lib/protocol/pieces.ts';
import { createBurstReader } from '../../lib/wire/burst.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createFramer, prefix, type OnFrame } from '../../lib/wire/frame.ts';
import { burstFrom, saidIn } from '../support/messages.ts';

const maxPayload = 400;
const codec = createCodec({ maxPayload });

const said = (sequence: number, length = 20): MessageOf<'gossip'> => ({
  ...{ type: 'gossip', origin: 'ab'.repeat(16), epoch: 1_795_384_279_836, sequence, hop: 1 },
  ...{
    address: '10.0.0.1:8080',
    topic: 'news',
    payload: new Uint8Array(length).fill(sequence),
    proof: noProof,
  },
});

/** Frames in one buffer, and where each is. */
function chunkOf(frames: readonly Uint8Array[]) {
  const bytes = Uint8Array.from(Buffer.concat(frames));
  let at = 0;
  const places = frames.map(({ length }) => [at + prefix, (at += length)] as const);
  return { bytes, places };
}

/** Reads a burst that begins with the first frame; how many of the other frames it takes. */
function readAll(frames: readonly Uint8Array[]) {
  const { bytes, places } = chunkOf(frames);
  const [[start, end], ...rest] = places as [readonly [number, number], ...(readonly [number, number])[]];
  codec.decode(bytes, start, end);
  const reader = createBurstReader(maxPayload);
  const first = reader.begin(bytes, start, end);
  if (first === undefined) throw new Error('not begun');
  let taken = 0;
  for (const [from, to] of rest) {
    if (!reader.follows(bytes, from, to)) break;
    taken++;
  }
  const pieces = reader.take();
  bytes.fill(7);
  return { first, taken, pieces };
}

/** The same as GOSSIPs, and in BURSTs of so many. */
function framesOf(messages: readonly MessageOf<'gossip'>[], together: number): Uint8Array[] {
  if (together === 1) return messages.map((message) => codec.encode(message));
  const frames: Uint8Array[] = [];
  for (let first = 0; first < messages.length; first += together) {
    const payloads = messages.slice(first, first + together).map(({ payload }) => payload);
    frames.push(codec.encode(burstFrom(messages[first]!, payloads)));
  }
  return frames;
}

describe('a burst', () => {
  it('of messages that follow each other is read as each of them, whatever becomes of the read buffer', () => {
    const lengths = fc.array(fc.nat(maxPayload / 20), { minLength: 1, maxLength: 60 });
    const sequences = fc.constantFrom(0, 100, 127, 240, 65_500, 2 ** 32 - 50);
    fc.assert(
      fc.property(sequences, lengths, fc.constantFrom(1, 2, 20), (from, all, together) => {
        const messages = all.map((length, nr) => said(from + nr, length));
        const { first, taken, pieces } = readAll(framesOf(messages, together));
        // Those that begin beyond have no short form.
        const short = Math.min(messages.length, Math.ceil((2 ** 32 - from) / together) * together);
        expect(messagesOf({ first, pieces })).toEqual(messages.slice(0, short));
        expect(taken).toBe(Math.ceil(short / together) - 1);
      }),
      { numRuns: 500 },
    );
  });

  it('goes on in a GOSSIP after a BURST, and in a BURST after a GOSSIP', () => {
    const messages = Array.from({ length: 7 }, (_, nr) => said(nr, 10 + nr));
    const frames = [
      ...framesOf(messages.slice(0, 3), 3),
      ...framesOf(messages.slice(3, 5), 1),
      ...framesOf(messages.slice(5), 2),
    ];
    const { first, taken, pieces } = readAll(frames);
    expect(messagesOf({ first, pieces })).toEqual(messages);
    expect(taken).toBe(3);
  });

  it('begins with what came in parts, and is not changed by the parts of the next', () => {
    const messages = Array.from({ length: 4 }, (_, nr) => said(nr));
    const [one, other] = framesOf(messages, 2) as [Uint8Array, Uint8Array];
    codec.decode(one, prefix, one.length);
    const framer = createFramer(1000);
    const reader = createBurstReader(maxPayload);
    let first: MessageOf<'gossip'> | undefined;
    const onFrame = (...frame: Parameters<OnFrame>) => (first = reader.begin(...frame));
    framer.push(one.subarray(0, 50), onFrame);
    framer.push(Buffer.concat([one.subarray(50), other.subarray(0, 90)]), onFrame);
    expect(messagesOf({ first: first!, pieces: reader.take() })).toEqual(messages.slice(0, 2));
  });

  it('takes no frame that the general reader would not read as what comes next', () => {
    const changes = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 2 });
    const next = fc.constantFrom(
      [said(5)],
      [said(6)],
      [said(6, 300)],
      [{ ...said(6), hop: 2 }],
      [{ ...said(6), topic: '' }],
      [said(6), said(7)],
      Array.from({ length: 16 }, (_, nr) => said(6 + nr, 1)),
    );
    const general = createCodec({ maxPayload }, {});
    fc.assert(
      fc.property(next, changes, fc.constantFrom(0, 0, 0, -1, 1), (messages, changed, longer) => {
        const [only] = framesOf(messages, messages.length);
        const frame = Uint8Array.from(only!);
        for (const [at, byte] of changed) if (prefix + at < frame.length) frame[prefix + at] = byte;
        const { bytes, places } = chunkOf([codec.encode(said(5)), frame, Uint8Array.of(1)]);
        const [from, to] = [places[1]![0], places[1]![1] + longer];
        codec.decode(bytes, ...places[0]!);
        const reader = createBurstReader(maxPayload);
        const first = reader.begin(bytes, ...places[0]!)!;
        const isTaken = reader.follows(bytes, from, to);
        const [begun, ...taken] = messagesOf({ first, pieces: reader.take() });
        expect(begun).toEqual(said(5));
        if (!isTaken) expect(taken).toEqual([]);
        if (!isTaken) return;
        const decoded = general.decode(bytes, from, to);
        if (!decoded.ok) throw new Error(`taken: ${String(decoded.reason)}`);
        expect(taken).toEqual(saidIn(decoded.message));
      }),
      { numRuns: 10_000 },
    );
  });

  it('takes no frame that lies elsewhere', () => {
    const [frame, next] = [codec.encode(said(5)), codec.encode(said(6))];
    const reader = createBurstReader(maxPayload);
    codec.decode(frame, prefix, frame.length);
    expect(reader.begin(frame, prefix, frame.length)).toEqual(said(5));
    expect(reader.follows(next, prefix, next.length)).toBe(false);
  });

  it.each([[[said(6)]], [[said(6), said(7)]]])(
    'takes no frame that ends early, wherever, at the end of what was read',
    (messages) => {
      const [next] = framesOf(messages, messages.length);
      for (let length = 1; length < next!.length - prefix; length++) {
        const { bytes, places } = chunkOf([codec.encode(said(5)), next!.subarray(0, prefix + length)]);
        const reader = createBurstReader(maxPayload);
        codec.decode(bytes, ...places[0]!);
        reader.begin(bytes, ...places[0]!);
        expect(reader.follows(bytes, ...places[1]!)).toBe(false);
      }
    },
  );

  it('takes no payload above the limit, and none with a signature', () => {
    const larger = createCodec({ maxPayload: maxPayload + 1 });
    expect(readAll([codec.encode(said(5)), larger.encode(said(6, maxPayload + 1))]).taken).toBe(0);
    const signed = { ...said(6), proof: new Uint8Array(96) };
    expect(readAll([codec.encode(said(5)), codec.encode(signed)]).taken).toBe(0);
    expect(() => readAll([codec.encode(signed)])).toThrow('not begun');
  });

  it('holds no more memory than 16 KiB with each payload', () => {
    const { pieces } = readAll(Array.from({ length: 100 }, (_, nr) => codec.encode(said(nr, 250))));
    expect(countOf(pieces)).toBe(100);
    for (const { bytes } of pieces) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(16 * 1024);
  });
});
