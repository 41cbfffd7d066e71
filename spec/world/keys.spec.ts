import { createHash, generateKeyPairSync } from 'node:crypto';
import { keyFromPem, newKey, verifyInPool } from '../../lib/world/keys.ts';

const bytes = Buffer.from('what is said');
const ask = (id: string, proof: Uint8Array, said: Uint8Array = bytes) =>
  new Promise<boolean>((resolve) => verifyInPool(id, said, proof, resolve));

describe('a proof', () => {
  it('is good for the bytes and the peer it was made for, again and again', async () => {
    const key = newKey();
    const proof = key.prove(bytes);
    for (let i = 0; i < 3; i++) expect(await ask(key.id, proof)).toBe(true);
  });

  it('is bad for other bytes, for another peer, and made by another peer', async () => {
    const [mine, other] = [newKey(), newKey()];
    expect(await ask(mine.id, mine.prove(bytes), Buffer.from('what was not said'))).toBe(false);
    expect(await ask(other.id, mine.prove(bytes))).toBe(false);
    expect(await ask(mine.id, other.prove(bytes))).toBe(false);
  });

  it('is bad when its key is replaced after the true one was seen', async () => {
    const [mine, other] = [newKey(), newKey()];
    expect(await ask(mine.id, mine.prove(bytes))).toBe(true);
    expect(await ask(mine.id, other.prove(bytes))).toBe(false);
  });

  it.each([0, 32, 95, 97])('is bad when it has %d bytes', async (length) => {
    expect(await ask(newKey().id, new Uint8Array(length))).toBe(false);
  });

  it('is bad, not an error, when its key is no point of the curve', async () => {
    const proof = new Uint8Array(96).fill(0xff);
    const id = createHash('sha256').update(proof.subarray(0, 32)).digest('hex').slice(0, 32);
    expect(await ask(id, proof)).toBe(false);
  });
});

describe('a key', () => {
  it('is the same after its PEM', () => {
    const key = newKey();
    const again = keyFromPem(key.pem());
    expect([again.id, again.prove(bytes)]).toEqual([key.id, key.prove(bytes)]);
  });

  it('gives an id of 32 hex digits, another for each', () => {
    const [one, two] = [newKey(), newKey()];
    expect(one.id).toMatch(/^[0-9a-f]{32}$/);
    expect(one.id).not.toBe(two.id);
  });

  it('is no key of another kind, and nothing of the text is in the reason', () => {
    const rsa = generateKeyPairSync('ed448').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => keyFromPem(rsa)).toThrow(new Error('it holds a key of type ed448, expected ed25519'));
    expect(() => keyFromPem('s3cret')).toThrow(new Error('it holds no private key in PEM'));
  });
});
