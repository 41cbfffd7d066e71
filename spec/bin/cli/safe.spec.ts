import { printable, printableJson, quoted, textOf } from '../../../bin/cli/safe.ts';

describe('text from the network', () => {
  it.each([
    ['plain ASCII stays', 'Hello, [x] "y" \\z', 'Hello, [x] "y" \\z'],
    ['letters of any script and emoji stay', 'zürich 東京 👩‍👩‍👧 café', 'zürich 東京 👩‍👩‍👧 café'],
    ['a line cannot be started', 'a\r\nb', 'a\\x0d\\x0ab'],
    ['the terminal is not commanded', '\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
    ['nor with C1 controls', '\x9b31m\x85', '\\x9b31m\\x85'],
    ['nor erased', 'a\b\x7f\t\0', 'a\\x08\\x7f\\x09\\x00'],
    ['nor turned around', 'a\u202eb\u2066c\u200fd\u061c', 'a\\u{202e}b\\u{2066}c\\u{200f}d\\u{061c}'],
    ['nor broken by unicode line ends', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
    ['nor by a byte order mark or half a character', '\ufeffa\ud800', '\\u{feff}a\\u{d800}'],
  ])('%s', (_title, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('cannot close the quotes around it', () => {
    expect(quoted('a" from "b\n')).toBe('"a\\x22 from \\x22b\\x0a"');
  });

  it('is as safe in JSON, and comes out of it unchanged', () => {
    const text = 'a\n\x1b[2J\x9b\x7f\u202e\u2028\ufeff"ü';
    const json = printableJson({ text });
    expect(json).toBe('{"text":"a\\n\\u001b[2J\\u009b\\u007f\\u202e\\u2028\\ufeff\\"ü"}');
    expect(JSON.parse(json)).toEqual({ text });
  });
});

describe('the text of a payload', () => {
  it('is its UTF-8, byte order mark included', () => {
    expect(textOf(Buffer.from('\ufeffzü'))).toBe('\ufeffzü');
    expect(textOf(new Uint8Array([120, 97, 98, 121]).subarray(1, 3))).toBe('ab');
    expect(textOf(new Uint8Array())).toBe('');
  });

  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0x80]]])(
    'is none when %j is not UTF-8',
    (bytes) => {
      expect(textOf(new Uint8Array(bytes))).toBeUndefined();
    },
  );
});
