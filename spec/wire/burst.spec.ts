import fc from 'fast-check';
import { messagesOf, noProof, type MessageOf } from '../../lib/protocol/messages.ts';
import { countOf } from '../../lib/protocol/pieces.ts';
import { createBurstReader } from '../../lib/wire/burst.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { prefix } from '../../lib/wire/frame.ts';
import { readGossip } from '../../lib/wire/gossip.ts';

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

/** Reads a burst that begins with the first frame; how many of the others it takes. */
function readAll(frames: readonly Uint8Array[]) {
  const { bytes, places } = chunkOf(frames);
  const [[start, end], ...rest] = places as [readonly [number, number], ...(readonly [number, number])[]];
  const first = codec.decode(bytes, start, end);
  if (!first.ok || first.message.type !== 'gossip') throw new Error('not a GOSSIP');
  const reader = createBurstReader(maxPayload);
  reader.begin(bytes, start, end, first.message);
  let taken = 0;
  for (const [from, to] of rest) {
    if (!reader.follows(bytes, from, to)) break;
    taken++;
  }
  const pieces = reader.take();
  bytes.fill(7);
  return { first: first.message, taken, pieces };
}

describe('a burst', () => {
  it('of messages that follow each other is read as each of them, whatever becomes of the read buffer', () => {
    const lengths = fc.array(fc.nat(maxPayload), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.constantFrom(0, 100, 127, 240, 65_500, 2 ** 32 - 50), lengths, (from, all) => {
        const messages = all.map((length, nr) => said(from + nr, length));
        const { first, taken, pieces } = readAll(messages.map((message) => codec.encode(message)));
        expect(messagesOf({ first, pieces })).toEqual(messages.slice(0, taken + 1));
        expect(taken).toBe(Math.min(messages.length - 1, 2 ** 32 - 1 - from));
      }),
      { numRuns: 300 },
    );
  });

  it('takes no frame that the general reader would not read as the next message', () => {
    const changes = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 2 });
    const next = fc.constantFrom(
      said(5),
      said(6),
      said(6, 300),
      { ...said(6), hop: 2 },
      { ...said(6), topic: '' },
    );
    const general = createCodec({ maxPayload }, {});
    fc.assert(
      fc.property(next, changes, fc.constantFrom(0, 0, 0, -1, 1), (message, changed, longer) => {
        const frame = Uint8Array.from(codec.encode(message));
        for (const [at, byte] of changed) if (prefix + at < frame.length) frame[prefix + at] = byte;
        const { bytes, places } = chunkOf([codec.encode(said(5)), frame, Uint8Array.of(1)]);
        const [from, to] = [places[1]![0], places[1]![1] + longer];
        const reader = createBurstReader(maxPayload);
        reader.begin(bytes, ...places[0]!, said(5));
        if (!reader.follows(bytes, from, to)) return;
        const next = messagesOf({ first: said(5), pieces: reader.take() })[1];
        expect(general.decode(bytes, from, to)).toEqual({ ok: true, message: next });
      }),
      { numRuns: 5000 },
    );
  });

  it('is begun by no frame in another shape, and takes none that lies elsewhere', () => {
    const bin32 = Uint8Array.from(codec.encode(said(5)));
    // The payload's length in four bytes, which is allowed.
    const at = bin32.length - 2 - 20 - 2;
    const odd = Uint8Array.from([...bin32.subarray(0, at), 0xc6, 0, 0, 0, 20, ...bin32.subarray(at + 2)]);
    expect(readGossip(odd, prefix, odd.length, maxPayload)).toEqual(said(5));
    expect(readAll([odd, codec.encode(said(6))]).taken).toBe(0);
    const reader = createBurstReader(maxPayload);
    const frame = codec.encode(said(5));
    reader.begin(frame, prefix, frame.length, said(5));
    const next = codec.encode(said(6));
    expect(reader.follows(next, prefix, next.length)).toBe(false);
  });

  it('takes no frame that ends early, wherever, at the end of what was read', () => {
    const next = codec.encode(said(6));
    for (let length = 1; length < next.length - prefix; length++) {
      const { bytes, places } = chunkOf([codec.encode(said(5)), next.subarray(0, prefix + length)]);
      const reader = createBurstReader(maxPayload);
      reader.begin(bytes, ...places[0]!, said(5));
      expect(reader.follows(bytes, ...places[1]!)).toBe(false);
    }
  });

  it('takes no payload above the limit, and none with a signature', () => {
    const larger = createCodec({ maxPayload: maxPayload + 1 });
    expect(readAll([codec.encode(said(5)), larger.encode(said(6, maxPayload + 1))]).taken).toBe(0);
    const signed = { ...said(5), proof: new Uint8Array(96) };
    expect(readAll([codec.encode(signed), codec.encode({ ...signed, sequence: 6 })]).taken).toBe(0);
  });

  it('holds no more memory than 8 KiB with each payload', () => {
    const { pieces } = readAll(Array.from({ length: 100 }, (_, nr) => codec.encode(said(nr, 250))));
    expect(countOf(pieces)).toBe(100);
    for (const { bytes } of pieces) expect(bytes.buffer.byteLength).toBeLessThanOrEqual(8192);
  });
});
