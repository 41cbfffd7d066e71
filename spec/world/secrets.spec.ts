import { CredentialsError } from '../../lib/errors.ts';
import { newSecret, parseSecrets } from '../../lib/world/secrets.ts';

const key = 'ab'.repeat(32);
const read = (text: string) => parseSecrets(text, 'secret.txt');

describe('a new secret', () => {
  it('has a key id of 8 bytes and a key of 32, and is another each time', () => {
    const [one, two] = [newSecret(), newSecret()];
    expect(one).toMatch(/^[0-9a-f]{16} [0-9a-f]{64}$/);
    expect(two.split(' ')[0]).not.toBe(one.split(' ')[0]);
    expect(two.split(' ')[1]).not.toBe(one.split(' ')[1]);
    expect(read(one)[0]?.key).toHaveLength(32);
  });
});

describe('a file of secrets', () => {
  it('has one a line, in their order; blank lines and comments are passed over', () => {
    const text = `# since March\r\n\n  first ${key}\r\n# before\nsecond\t${key.toUpperCase()}00\n`;
    expect(read(text)).toEqual([
      { id: 'first', key: Buffer.alloc(32, 0xab) },
      { id: 'second', key: Buffer.concat([Buffer.alloc(32, 0xab), Buffer.alloc(1)]) },
    ]);
  });

  it.each([
    ['nothing', '', 'secret.txt: it has no secret: "rx-gossip secret" makes one'],
    ['comments only', '# soon\n', 'secret.txt: it has no secret: "rx-gossip secret" makes one'],
    ['a password', 'k correct-horse-battery-staple', /line 1: expected a key id, a space and a key in hex/],
    ['a key without an id', key, /line 1: expected a key id/],
    [
      'a key that is too short',
      `\nk ${key.slice(2)}`,
      /line 2: the key is too short: at least 32 random bytes/,
    ],
    ['half a byte', `k ${key}0`, /line 1: expected an even number of hex digits/],
    ['a key that is too long', `k ${'ab'.repeat(257)}`, /at most 512/],
    ['an id with other characters', `k:1 ${key}`, /line 1: expected a key id/],
    ['an id twice', `k ${key}\nk ${key}`, /line 2: key id k is there twice/],
  ])('is refused when it has %s', (_title, text, message) => {
    expect(() => read(text)).toThrow(CredentialsError);
    expect(() => read(text)).toThrow(message);
  });

  it.each([key, `k ${key}x`, `k ${key.slice(2)}`])('is never quoted in an error: %#', (text) => {
    expect(() => read(text)).toThrow(CredentialsError);
    expect(() => read(text)).not.toThrow(/abab/);
  });
});
