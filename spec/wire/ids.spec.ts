import fc from 'fast-check';
import { bytesFromId, idFromBytes } from '../../lib/wire/ids.ts';

const anyBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('an id is the hex digits of its bytes, and back', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const id = Buffer.from(bytes).toString('hex');
      expect(idFromBytes(bytes)).toBe(id);
      expect(idFromBytes(bytes)).toBe(id);
      expect(bytesFromId(id)).toEqual(bytes);
      expect(bytesFromId(id)).toEqual(bytes);
    }),
  );
});

test('many more ids than are remembered keep their own digits', () => {
  const count = 20_000;
  const bytesAt = (i: number) =>
    Uint8Array.from(Buffer.from(i.toString(16).padStart(20, '0').padEnd(32, '0'), 'hex'));
  for (let round = 0; round < 2; round++) {
    const wrong: number[] = [];
    for (let i = 0; i < count; i++) {
      const bytes = bytesAt(i);
      const id = Buffer.from(bytes).toString('hex');
      if (idFromBytes(bytes) !== id || Buffer.compare(bytesFromId(id)!, bytes) !== 0) wrong.push(i);
    }
    expect(wrong).toEqual([]);
  }
});

test('what is remembered does not change when the read buffer does', () => {
  const bytes = new Uint8Array(16).fill(1);
  idFromBytes(bytes);
  bytes.fill(2);
  expect(idFromBytes(bytes)).toBe('02'.repeat(16));
  expect(idFromBytes(new Uint8Array(16).fill(1))).toBe('01'.repeat(16));
});

test('nothing but 32 lower-case hex digits has bytes', () => {
  for (const id of ['', 'ab', 'AB'.repeat(16), 'g'.repeat(32), ' '.repeat(32), `${'ab'.repeat(16)}\n`]) {
    expect(bytesFromId(id)).toBeUndefined();
  }
});
