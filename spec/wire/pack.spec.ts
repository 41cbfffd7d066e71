import fc from 'fast-check';
import { eachPayload } from '../../lib/protocol/pieces.ts';
import { packed } from '../../lib/wire/pack.ts';

const copies = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 300 });

describe('payloads packed', () => {
  it('are what they were, in their order', () => {
    fc.assert(
      fc.property(copies, (payloads) => {
        const seen: number[][] = [];
        eachPayload([packed(payloads)], (payload, nr) => (seen[nr] = [...payload]));
        expect(seen).toEqual(payloads.map((payload) => [...payload]));
      }),
    );
  });

  it('stay so when those that were packed are written over', () => {
    const payloads = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    const piece = packed(payloads);
    for (const payload of payloads) payload.fill(0);
    const seen: number[][] = [];
    eachPayload([piece], (payload) => seen.push([...payload]));
    expect(seen).toEqual([[1, 2], [3]]);
  });
});
