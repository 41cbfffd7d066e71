import fc from 'fast-check';
import { createFramer, type Framer } from '../../lib/wire/frame.ts';

const framed = (...bodies: Uint8Array[]) =>
  Buffer.concat(
    bodies.flatMap((body) => [Buffer.from(new Uint32Array([body.length]).buffer).swap32(), body]),
  );

/** Pushes a chunk the way a link does: its memory is written over as soon as the call is back. Returns why it was refused. */
function push(framer: Framer, bytes: Uint8Array, taken: Uint8Array[]): string | undefined {
  const chunk = Uint8Array.from(bytes);
  const all = framer.push(chunk, (frame, start, end) => taken.push(frame.slice(start, end)));
  chunk.fill(0xee);
  if (typeof all === 'string') return all;
  expect(all).toBe(bytes.length);
  return undefined;
}

const never = () => {
  throw new Error('no frame was expected');
};

describe('a framer', () => {
  test('hands out the same frames wherever the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(2000), { maxLength: 20 }), (sent, cuts) => {
        const stream = framed(...sent);
        const places = [...cuts.filter((cut) => cut < stream.length), 0, stream.length].sort((a, b) => a - b);
        const framer = createFramer(600);
        const taken: Uint8Array[] = [];
        places.slice(1).forEach((to, i) => {
          expect(push(framer, stream.subarray(places[i], to), taken)).toBeUndefined();
        });
        expect(taken).toEqual(sent);
      }),
    );
  });

  test('stops where its caller says so, wherever the stream is cut, and goes on from there', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(2000), { maxLength: 20 }), fc.nat(7), (sent, cuts, nr) => {
        const stream = framed(...sent);
        const places = [...cuts.filter((cut) => cut < stream.length), 0, stream.length].sort((a, b) => a - b);
        const framer = createFramer(600);
        const taken: Uint8Array[] = [];
        const onFrame = (bytes: Uint8Array, start: number, end: number) =>
          taken.push(bytes.slice(start, end)) === nr + 1;
        places.slice(1).forEach((to, i) => {
          const chunk = stream.subarray(places[i], to);
          const before = taken.length;
          const at = framer.push(chunk, onFrame) as number;
          expect(at <= chunk.length).toBe(true);
          if (before <= nr && taken.length > nr) expect(taken).toHaveLength(nr + 1);
          if (at < chunk.length) expect(framer.push(chunk.subarray(at), onFrame)).toBe(chunk.length - at);
        });
        expect(taken).toEqual(sent);
      }),
    );
  });

  test('takes a stream that comes one byte at a time', () => {
    const sent = [Uint8Array.of(1), new Uint8Array(300).fill(2), Uint8Array.of(3, 3)];
    const framer = createFramer(300);
    const taken: Uint8Array[] = [];
    for (const byte of framed(...sent)) expect(push(framer, Uint8Array.of(byte), taken)).toBeUndefined();
    expect(taken).toEqual(sent);
  });

  test('hands out a frame that lies whole in the chunk where it is, without copying it', () => {
    const chunk = framed(Uint8Array.of(1, 2), Uint8Array.of(3));
    const seen: unknown[] = [];
    createFramer(10).push(chunk, (bytes, start, end) => seen.push([bytes === chunk, start, end]));
    expect(seen).toEqual([
      [true, 4, 6],
      [true, 10, 11],
    ]);
  });

  test('refuses a frame of no bytes', () => {
    expect(createFramer(10).push(framed(new Uint8Array(0)), never)).toBe('frame of 0 bytes');
  });

  test('refuses a length above the limit as soon as it is known, and says both', () => {
    expect(createFramer(10).push(Uint8Array.of(0, 0, 0, 11), never)).toBe(
      'frame of 11 bytes, at most 10 are taken',
    );
    const framer = createFramer(10);
    expect(framer.push(Uint8Array.of(0xff, 0xff, 0xff), never)).toBe(3);
    expect(framer.push(Uint8Array.of(0xff), never)).toBe('frame of 4294967295 bytes, at most 10 are taken');
  });

  test('refuses a first frame above its own limit, and takes longer ones after it', () => {
    expect(createFramer(20, 10).push(Uint8Array.of(0, 0, 0, 11), never)).toBe(
      'frame of 11 bytes, at most 10 are taken before a HELLO',
    );
    const taken: Uint8Array[] = [];
    const framer = createFramer(20, 10);
    expect(push(framer, framed(new Uint8Array(10)), taken)).toBeUndefined();
    expect(push(framer, framed(new Uint8Array(20)), taken)).toBeUndefined();
    expect(taken.map(({ length }) => length)).toEqual([10, 20]);
    expect(framer.push(Uint8Array.of(0, 0, 0, 21), never)).toBe('frame of 21 bytes, at most 20 are taken');
  });

  test.each([
    ['a handshake', [0x16, 3, 1, 2]],
    ['an alert', [0x15, 3, 3, 0]],
  ])('says so when it is TLS that comes: %s', (_title, bytes) => {
    expect(createFramer(2 ** 20).push(Uint8Array.from(bytes), never)).toBe(
      'it speaks TLS, this peer does not: give it --secret-file or --tls-cert, as its peers have',
    );
  });

  test('takes a frame of exactly the limit', () => {
    const taken: Uint8Array[] = [];
    expect(push(createFramer(10), framed(new Uint8Array(10)), taken)).toBeUndefined();
    expect(taken).toEqual([new Uint8Array(10)]);
  });

  test('hands out what came before a refused length, and nothing ever after', () => {
    const framer = createFramer(10);
    const taken: Uint8Array[] = [];
    const stream = Buffer.concat([
      framed(Uint8Array.of(1)),
      Uint8Array.of(0, 0, 0, 0),
      framed(Uint8Array.of(2)),
    ]);
    expect(push(framer, stream, taken)).toBe('frame of 0 bytes');
    expect(push(framer, framed(Uint8Array.of(3)), taken)).toBe('frame of 0 bytes');
    expect(taken).toEqual([Uint8Array.of(1)]);
  });

  test('buys no memory for a length that is only claimed', () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 1000 }, () => createFramer(2 ** 30));
    for (const framer of framers) framer.push(Uint8Array.of(0x40, 0, 0, 0, 1), never);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
    expect(framers).toHaveLength(1000);
  });

  test('copies the bytes of a large frame in many chunks a few times at most', () => {
    const size = 2 ** 20;
    const stream = framed(new Uint8Array(size).fill(7));
    const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
    const set = jest.spyOn(typedArray, 'set');
    const framer = createFramer(size);
    const lengths: number[] = [];
    for (let at = 0; at < stream.length; at += 1000) {
      framer.push(stream.subarray(at, at + 1000), (_, start, end) => lengths.push(end - start));
    }
    const copied = set.mock.calls.reduce((sum, [bytes]) => sum + bytes.length, 0);
    set.mockRestore();
    expect(lengths).toEqual([size]);
    expect(copied).toBeLessThan(4 * size);
  });

  test('gives the memory of a large frame back', () => {
    const framer = createFramer(2 ** 20);
    const sizes: number[] = [];
    for (const size of [2 ** 20, 10]) {
      const stream = framed(new Uint8Array(size));
      framer.push(stream.subarray(0, 6), never);
      framer.push(stream.subarray(6), (bytes) => sizes.push(bytes.buffer.byteLength));
    }
    expect(sizes[0]).toBeGreaterThan(2 ** 20);
    expect(sizes[1]).toBeLessThanOrEqual(2 ** 16);
  });

  test('lets an error of its caller through, and is spent then', () => {
    const framer = createFramer(10);
    expect(() => framer.push(framed(Uint8Array.of(1)), never)).toThrow('no frame was expected');
    expect(framer.push(framed(Uint8Array.of(2)), never)).toContain('could not be');
  });

  test('refuses a push from inside a frame: its bytes would come out of order', () => {
    const framer = createFramer(10);
    let inner: number | string | undefined;
    framer.push(framed(Uint8Array.of(1)), () => (inner = framer.push(framed(Uint8Array.of(2)), never)));
    expect(inner).toContain('while a frame was being handled');
  });
});
