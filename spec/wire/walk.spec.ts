import fc from 'fast-check';
import { Packr } from 'msgpackr/pack';
import { walk } from '../../lib/wire/walk.ts';

const packr = new Packr({ useRecords: false, structuredClone: false, variableMapSize: true });
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const look = (bytes: Uint8Array) => walk(bytes, 0, bytes.length);
const nested = (depth: number) => Uint8Array.from([...new Array<number>(depth).fill(0x91), 0x01]);

/** Plain values as any msgpack library may write them. */
const { plain } = fc.letrec<{ plain: unknown }>((tie) => ({
  plain: fc.oneof(
    { depthSize: 'small', maxDepth: 6 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.uint8Array({ maxLength: 400 }),
    fc.array(tie('plain'), { maxLength: 40 }),
    fc.dictionary(fc.string(), tie('plain'), { maxKeys: 20, noNullPrototype: true }),
  ),
}));

describe('a walk', () => {
  test('passes every plain value', () => {
    fc.assert(fc.property(plain, (value) => expect(look(packr.pack(value))).toBeUndefined()));
  });

  test.each([
    [
      'integers of every size',
      '9a 00 7f e0 ff cc01 cd0102 ce01020304 cf0102030405060708 d080 d3ffffffffffffffff',
    ],
    ['more integers and floats', '94 d1ffff d2ffffffff ca3f800000 cb3ff0000000000000'],
    ['texts of every header', '94 a161 d90161 da000161 db0000000161'],
    ['binaries of every header', '93 c40101 c5000101 c60000000101'],
    ['lists and maps of every header', '96 90 dc0000 dd00000000 80 de0000 df00000000'],
    ['nil and booleans', '93 c0 c2 c3'],
    ['a map with a key of every text header', '84 a16101 d9016101 da00016101 db000000016101'],
  ])('passes %s', (_, bytes) => {
    expect(look(hex(bytes))).toBeUndefined();
  });

  test.each([
    ['c7 01 05 00', 'extension type at byte 0'],
    ['91 c8 0001 05 00', 'extension type at byte 1'],
    ['91 c9 00000001 05 00', 'extension type at byte 1'],
    ['92 01 d4 72 40', 'extension type at byte 2'],
    ['92 01 d5 72 4000', 'extension type at byte 2'],
    ['92 01 d6 ff 00000000', 'extension type at byte 2'],
    ['92 01 d7 ff 0000000000000000', 'extension type at byte 2'],
    ['92 01 d8 00 00000000000000000000000000000000', 'extension type at byte 2'],
    ['92 01 c1', 'unused type at byte 2'],
    ['81 01 02', 'map key is not text at byte 1'],
    ['81 90 02', 'map key is not text at byte 1'],
    ['82 a161 01 c0 02', 'map key is not text at byte 4'],
    ['91 81 c40161 02', 'map key is not text at byte 2'],
    ['91 01 02', '1 bytes too many at byte 2'],
    ['01 90', '1 bytes too many at byte 1'],
    ['', 'cut short at byte 0'],
    ['92 01', 'cut short at byte 2'],
    ['91 cd 01', 'cut short at byte 3'],
    ['91 c4', 'cut short at byte 2'],
    ['91 c6 ffffffff 00', 'cut short at byte 7'],
    ['91 db ffffffff 00', 'cut short at byte 7'],
    ['dd ffffffff', 'more than 8192 values at byte 0'],
    ['df ffffffff', 'more than 8192 values at byte 0'],
    ['91 dd 80000000', 'more than 8192 values at byte 1'],
  ])('refuses %s: %s', (bytes, reason) => {
    expect(look(hex(bytes))).toBe(reason);
  });

  test('passes 8 levels and refuses the ninth', () => {
    expect(look(nested(8))).toBeUndefined();
    expect(look(nested(9))).toBe('more than 8 levels at byte 8');
    expect(look(nested(100_000))).toBe('more than 8 levels at byte 8');
  });

  test('counts the values of all containers together', () => {
    const listOfLists = (lists: number, each: number) =>
      packr.pack(Array.from({ length: lists }, () => new Array<number>(each).fill(0)));
    expect(look(listOfLists(2, 4095))).toBeUndefined();
    expect(look(listOfLists(2, 4096))).toMatch(/^more than 8192 values/);
    expect(look(packr.pack(new Array(9000).fill({})))).toMatch(/^more than 8192 values/);
  });

  test('refuses every truncation of a value, and every value with something behind it', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = packr.pack(value);
        for (let end = 0; end < bytes.length; end++) expect(walk(bytes, 0, end)).toMatch(/^cut short/);
        expect(look(Uint8Array.from([...bytes, 0]))).toMatch(/^1 bytes too many/);
      }),
      { numRuns: 50 },
    );
  });

  test('looks at its own part of the chunk only, and counts from where that begins', () => {
    const chunk = hex('c1c1 9101 c1c1 91d4 7240 c1');
    expect(walk(chunk, 2, 4)).toBeUndefined();
    expect(walk(chunk, 6, 10)).toBe('extension type at byte 1');
  });

  test('is not confused by what an earlier walk left behind', () => {
    expect(look(hex('91 81 a161 92 01'))).toMatch(/^cut short/);
    expect(look(hex('92 93 01 02 03 04'))).toBeUndefined();
  });
});
