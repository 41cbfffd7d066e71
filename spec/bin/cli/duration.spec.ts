import { parseDuration } from '../../../bin/cli/duration.ts';

describe('a duration', () => {
  it.each([
    ['5', 5000],
    ['0', 0],
    ['0ms', 0],
    ['0.5', 500],
    ['.5', 500],
    ['500ms', 500],
    ['5s', 5000],
    ['1m', 60_000],
    ['1.5m', 90_000],
    ['1ms', 1],
    ['0.001', 1],
    ['1.6ms', 2],
    ['2147483.647', 2 ** 31 - 1],
    ['2147483647ms', 2 ** 31 - 1],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    ' ',
    '5 s',
    '5S',
    '-5',
    '+5',
    '1e3',
    '0x5',
    '05',
    '5.',
    '1,5',
    '5h',
    'Infinity',
    'NaN',
    '5s5s',
    '5\n',
  ])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrow('expected a duration such as 5, 0.5, 500ms, 5s or 1m');
  });

  it.each(['2147483648ms', '2147483.648', '35792m', '9'.repeat(400)])(
    '%s is longer than a timer can',
    (text) => {
      expect(() => parseDuration(text)).toThrow('expected a duration of at most 2147483647ms (24.8 days)');
    },
  );

  it.each(['0.1ms', '0.0001', '0.00001m'])('%s is not taken for off', (text) => {
    expect(() => parseDuration(text)).toThrow('expected 0 or a duration of at least 1ms');
  });
});
