import { mix } from '../../lib/sim/seed.ts';

describe('mix', () => {
  it('gives every pair of small numbers, and every order of them, a seed of its own', () => {
    const seeds = new Set<number>();
    for (let a = 0; a < 200; a++) for (let b = 0; b < 200; b++) seeds.add(mix(1, a, b));
    // 40,000 draws out of 2^32 may meet by chance, but hardly ever.
    expect(seeds.size).toBeGreaterThan(39_990);
  });

  it('tells seeds above 32 bits apart', () => {
    expect(mix(212312388123)).not.toBe(mix(212312388123 % 2 ** 32));
    expect(mix(212312388123)).toBe(mix(212312388123));
  });
});
