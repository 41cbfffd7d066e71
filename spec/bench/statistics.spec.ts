import { median, percentile, rotated } from './statistics.ts';

it('the median is the middle value, whatever the order and the outliers', () => {
  expect(median([3, 1, 1_000_000])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  // As text 10 would come before 9.
  expect(median([10, 9, 8])).toBe(9);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

it('a percentile lies between its two neighbors', () => {
  const values = Array.from({ length: 101 }, (_, n) => 100 - n);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile([0, 10], 0.25)).toBe(2.5);
  expect(percentile(values, 0)).toBe(0);
  expect(percentile(values, 1)).toBe(100);
});

it('rotating gives everyone the first turn once, and changes nothing else', () => {
  const order = ['a', 'b', 'c'];
  expect([0, 1, 2, 3].map((by) => rotated(order, by).join(''))).toEqual(['abc', 'bca', 'cab', 'abc']);
  expect(rotated([], 2)).toEqual([]);
});
