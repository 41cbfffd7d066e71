import { frameLimit, isAddress, isText, isUint, limits, longest } from '../../lib/wire/limits.ts';
import { type Kind, messageTable } from '../../lib/protocol/messages.ts';

describe('an address', () => {
  test.each([
    '',
    ':1',
    ':65535',
    'localhost:8080',
    '127.0.0.1:48208',
    'a-b_c.example.org:80',
    '[::1]:8080',
    '[fe80::1%eth0]:1',
    `${'a'.repeat(253)}:1`,
  ])('may be %j', (address) => {
    expect(isAddress(address)).toBe(true);
  });

  test.each([
    ':',
    ':0',
    ':65536',
    ':08080',
    ':8080 ',
    ' localhost:8080',
    'localhost',
    'localhost:',
    'localhost:-1',
    'localhost:1e3',
    '::1:8080',
    '[]:8080',
    '[::1]',
    '[::1]8080',
    'http://localhost:8080',
    'user@localhost:8080',
    'local\nhost:8080',
    'localhost:8080\n',
    'höst:8080',
    '\u001b[31mred:8080',
    `${'a'.repeat(254)}:1`,
    undefined,
    null,
    8080,
    ['localhost:8080'],
  ])('may not be %j', (address) => {
    expect(isAddress(address)).toBe(false);
  });
});

describe('a text', () => {
  test('is counted in bytes of UTF-8, not in characters', () => {
    expect(isText('a'.repeat(255), 255)).toBe(true);
    expect(isText('a'.repeat(256), 255)).toBe(false);
    expect(isText('é'.repeat(127), 255)).toBe(true);
    expect(isText('é'.repeat(128), 255)).toBe(false);
    expect(isText('😀'.repeat(63), 255)).toBe(true);
    expect(isText('😀'.repeat(64), 255)).toBe(false);
  });

  test('is no other type', () => {
    for (const value of [undefined, null, 1, Uint8Array.of(97), ['a'], {}])
      expect(isText(value, 255)).toBe(false);
  });
});

test('a counter is a whole number that JavaScript counts exactly', () => {
  for (const value of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) expect(isUint(value)).toBe(true);
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53, 1n, '1', true, null, undefined])
    expect(isUint(value)).toBe(false);
});

describe('a frame', () => {
  test('has room for the largest payload and 4 KiB more', () => {
    expect(frameLimit(2 ** 20)).toBe(2 ** 20 + 4096);
  });

  test.each([0, 1, 1024, 2 ** 20])(
    'has room for the longest message of every type when payloads have %d bytes',
    (maxPayload) => {
      const number = 9;
      const text = (bytes: number) => 3 + bytes;
      const id = 2 + limits.id;
      const row = 1 + id + 3 * number;
      for (const { fields } of Object.values(messageTable)) {
        const sizes = Object.entries<Kind>(fields).map(([name, kind]) => {
          const most = longest(kind, name, maxPayload);
          const size: Record<Kind, number> = {
            flag: 1,
            uint: number,
            id,
            text: text(most),
            address: text(most),
            bytes: 5 + most,
            payloads: 3 + limits.payloads * 5 + most,
            proof: 2 + 96,
            addresses: 3 + most * text(limits.text),
            contacts: 3 + most * (1 + text(limits.text) + number),
            runs: 3 + most * row,
            announcements: 3 + most * (row + number),
            marks: 3 + most * row,
          };
          return size[kind];
        });
        expect(2 + number + sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(frameLimit(maxPayload));
      }
    },
  );

  test('has room for a full list of rows', () => {
    expect(limits.rows * 6 + 64).toBeLessThanOrEqual(limits.items);
  });
});

test('only a payload, or all of a BURST, is as long as the payload limit; a cluster has a limit of its own', () => {
  expect(longest('bytes', 'payload', 777)).toBe(777);
  expect(longest('payloads', 'payloads', 777)).toBe(777);
  expect(longest('text', 'topic', 777)).toBe(255);
  expect(longest('text', 'cluster', 777)).toBe(64);
});
