import fc from 'fast-check';
import { keep } from '../../lib/wire/keep.ts';

describe('what is kept of what was read', () => {
  it('is the same bytes whatever becomes of the read buffer, and of what is kept later', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 6000, size: 'max' }), { maxLength: 20 }), (all) => {
        const kept = all.map((bytes) => {
          const read = Uint8Array.from(bytes);
          const copy = keep(read);
          read.fill(7);
          return copy;
        });
        expect(kept).toEqual(all);
      }),
      { numRuns: 50 },
    );
  });

  it('is a plain Uint8Array, whose slice is a copy', () => {
    expect(keep(Buffer.from('text')).constructor).toBe(Uint8Array);
  });

  it('holds no more memory than 8 KiB beside its own', () => {
    expect(keep(new Uint8Array(10)).buffer.byteLength).toBe(8192);
    expect(keep(new Uint8Array(100_000)).buffer.byteLength).toBe(100_000);
  });
});
