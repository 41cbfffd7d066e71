import fc from 'fast-check';
import { pinged, firstPulse } from '../../lib/protocol/links/liveness.ts';
import type { Message } from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { prefix } from '../../lib/wire/frame.ts';
import { readPing, writePing } from '../../lib/wire/ping.ts';

const maxPayload = 1024;
const codec = createCodec({ maxPayload });
/** The same without what is quick. */
const general = createCodec({ maxPayload }, {});

const memory = (length: number) => new Uint8Array(length);
const types = ['ping', 'pong'] as const;

describe.each(types)('a %s', (type) => {
  it('is written as the general writer does, whatever its nonce', () => {
    const nonce = fc.oneof(fc.nat(300), fc.maxSafeNat());
    fc.assert(
      fc.property(nonce, (nonce) => {
        expect([...codec.encode({ type, nonce })]).toEqual([...general.encode({ type, nonce })]);
      }),
    );
  });

  it('with a nonce under 128 is written and read quickly, and else left to the general ones', () => {
    expect(writePing({ type, nonce: 127 }, memory)).toEqual(
      Uint8Array.from(general.encode({ type, nonce: 127 })),
    );
    expect(writePing({ type, nonce: 128 }, memory)).toBeUndefined();
    const read = (message: Message) => {
      const frame = general.encode(message);
      return readPing(frame, prefix, frame.length);
    };
    expect(read({ type, nonce: 127 })).toEqual({ type, nonce: 127 });
    expect(read({ type, nonce: 128 })).toBeUndefined();
  });

  it('is refused as by the general writer when its nonce is no number of 0 to 2^53-1', () => {
    for (const nonce of [-1, 0.5, 2 ** 53, NaN])
      expect(() => codec.encode({ type, nonce })).toThrow(`${type}.nonce: expected an integer of 0..2^53-1`);
  });
});

it('any three bytes are read as the general reader does', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 3, maxLength: 3 }),
    fc.tuple(fc.constant(0x92), fc.nat(30), fc.nat(255)).map((three) => Uint8Array.from(three)),
  );
  fc.assert(
    fc.property(bytes, (three) => {
      const frame = Uint8Array.from([9, ...three, 9]);
      expect(codec.decode(frame, 1, 4)).toEqual(general.decode(frame, 1, 4));
    }),
    { numRuns: 2000 },
  );
});

it('however often a link is pinged, the nonce stays small, and is another than the one before', () => {
  const pulse = firstPulse(0);
  let before = pulse.nonce;
  for (let times = 1; times <= 300; times++) {
    const nonce = pinged(pulse, times);
    expect(nonce).not.toBe(before);
    expect(writePing({ type: 'ping', nonce }, memory)).toBeDefined();
    before = nonce;
  }
});
