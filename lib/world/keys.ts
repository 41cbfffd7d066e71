import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { PeerId } from '../protocol/messages.ts';

/**
 * Ed25519 (RFC 8032). A peer that signs has an id that follows from its key, so whoever has the id can check what
 * is signed with the key, and nobody else can sign for it. A proof is what travels: the public key (32 bytes), then
 * the signature (64).
 */
export interface Key {
  /** The first 16 bytes of the SHA-256 of the public key, as hex digits. */
  readonly id: PeerId;
  /** The public key and the signature of these bytes; about 30 us. */
  prove(bytes: Uint8Array): Uint8Array;
  /** The private key, PKCS#8 in PEM. */
  pem(): string;
}

/** Is this the proof that the bytes are of the peer with this id? Answers at once or later, in any order. */
export type Verify = (
  id: PeerId,
  bytes: Uint8Array,
  proof: Uint8Array,
  answer: (ok: boolean) => void,
) => void;

const publicLength = 32;
const proofLength = publicLength + 64;

export const newKey = (): Key => keyOf(generateKeyPairSync('ed25519').privateKey);

/** @throws Error with a reason for people; the text is never in it */
export function keyFromPem(pem: string): Key {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error('it holds no private key in PEM');
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`it holds a key of type ${key.asymmetricKeyType ?? 'unknown'}, expected ed25519`);
  return keyOf(key);
}

function keyOf(secret: KeyObject): Key {
  const own = Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x!, 'base64url');
  return {
    id: idOf(own),
    prove: (bytes) => Buffer.concat([own, sign(null, bytes, secret)]),
    pem: () => secret.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/**
 * On Node's thread pool. A check takes about 110 us; of that the loop sees 20, the time to hand it over and take
 * the answer, so that a read of 200 messages does not stop everything else for 20 ms.
 */
export const verifyInPool: Verify = (id, bytes, proof, answer) => {
  const key = publicKeyOf(id, proof);
  if (key === undefined) answer(false);
  else
    verify(null, bytes, key, proof.subarray(publicLength), (error, ok) => {
      answer(error === null && ok);
    });
};

const idOf = (publicKey: Uint8Array): PeerId =>
  createHash('sha256').update(publicKey).digest('hex').slice(0, 32);

/** Keys that were used last: reading one in costs 15 us. Few peers send most messages. */
const known = new Map<PeerId, { readonly bytes: Buffer; readonly key: KeyObject }>();
const remembered = 1024;

/** The key in a proof, when it is the one that the id follows from. */
function publicKeyOf(id: PeerId, proof: Uint8Array): KeyObject | undefined {
  if (proof.length !== proofLength) return undefined;
  const bytes = Buffer.from(proof.subarray(0, publicLength));
  const one = known.get(id);
  if (one?.bytes.equals(bytes) === true) return one.key;
  if (idOf(bytes) !== id) return undefined;
  let key: KeyObject;
  try {
    key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
      format: 'jwk',
    });
  } catch {
    return undefined; // 32 bytes that are no point of the curve
  }
  if (known.size >= remembered) known.clear();
  known.set(id, { bytes, key });
  return key;
}
