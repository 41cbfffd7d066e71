import fc from 'fast-check';
import { randomText, seeded } from '../../lib/world/random.ts';

const take = (count: number, random: () => number) => Array.from({ length: count }, random);

describe('a seeded stream', () => {
  it('is the same for the same seed, on every machine', () => {
    expect(take(3, seeded(1))).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it('is another for another seed', () => {
    expect(take(3, seeded(2))).not.toEqual(take(3, seeded(1)));
  });

  it('has numbers from 0 up to but not 1', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const n of take(50, seeded(seed))) expect(n >= 0 && n < 1).toBe(true);
      }),
    );
  });

  it('spreads its numbers evenly', () => {
    const counts = new Array<number>(10).fill(0);
    for (const n of take(100_000, seeded(7))) counts[Math.floor(n * 10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe('a random text', () => {
  it('is ten of A to Z, a to z and 0 to 9', () => {
    const random = seeded(3);
    for (let i = 0; i < 1000; i++) expect(randomText(random)).toMatch(/^[A-Za-z0-9]{10}$/);
  });

  it('may have any of these 62 characters at any length', () => {
    expect(new Set(randomText(seeded(3), 10_000)).size).toBe(62);
    expect(randomText(() => 0, 3) + randomText(() => 0.999999, 3)).toBe('AAA999');
  });
});
