import fc from 'fast-check';
import { noProof, type MessageOf } from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { signedBytes } from '../../lib/wire/signed.ts';
import { keyFromPem, verifyInPool } from '../../lib/world/keys.ts';
import { messageOf } from '../support/messages.ts';

type Gossip = MessageOf<'gossip'>;

/** PROTOCOL.md's example: the key of RFC 8032, section 7.1, test 1. Python's `cryptography` 48 finds its proof good. */
const pem = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
`;
const example: Gossip = {
  type: 'gossip',
  origin: '21fe31dfa154a261626bf854046fd227',
  epoch: 1_767_225_600_000,
  sequence: 0,
  hop: 1,
  address: '127.0.0.1:8081',
  topic: '',
  payload: Buffer.from('h4HMReEXvl'),
  proof: Buffer.from(
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a' +
      '5aa9682bab302b0652e3749084f89cc0a1ddcda695f21b99f41b503c0ad5c026' +
      '3e16d5a6e72d21c98b5bfe833f7036f0f4feeaf40a671fa1f322aa3d63c4ba09',
    'hex',
  ),
};

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const isProven = (cluster: string, message: Gossip): Promise<boolean> =>
  new Promise((resolve) =>
    verifyInPool(message.origin, signedBytes(cluster, message), message.proof, resolve),
  );

describe("what an origin signs, and its proof, are those of PROTOCOL.md's example", () => {
  it('byte by byte', () => {
    expect(hex(signedBytes('demo', example))).toBe(
      '72782d676f7373697020676f73736970207631' + // "rx-gossip gossip v1"
        '21fe31dfa154a261626bf854046fd227' + // origin
        '0000019b76daa800' + // epoch
        '0000000000000000' + // sequence
        '00000004' +
        '64656d6f' + // cluster
        '0000000e' +
        '3132372e302e302e313a38303831' + // address
        '00000000' + // topic
        '0000000a' +
        '6834484d52654558766c', // payload
    );
  });

  it('made with its key', async () => {
    const key = keyFromPem(pem);
    expect([key.id, hex(key.prove(signedBytes('demo', example)))]).toEqual([
      example.origin,
      hex(example.proof),
    ]);
    expect(await isProven('demo', example)).toBe(true);
  });
});

describe('a proof', () => {
  it('is good at any number of hops, and after the codec, whatever the message is', async () => {
    const codec = createCodec({ maxPayload: 1024 });
    const key = keyFromPem(pem);
    await fc.assert(
      fc.asyncProperty(messageOf('gossip'), fc.nat(100), async (any, hop) => {
        const message = { ...(any as Gossip), origin: key.id, proof: noProof };
        const proof = key.prove(signedBytes('demo', message));
        const body = codec.encode({ ...message, proof, hop }).subarray(4);
        const decoded = codec.decode(body, 0, body.length);
        expect(decoded.ok && (await isProven('demo', decoded.message as Gossip))).toBe(true);
      }),
    );
  });

  it.each<[string, Partial<Gossip>]>([
    ['origin', { origin: `${example.origin.slice(0, 31)}6` }],
    ['epoch', { epoch: example.epoch + 1 }],
    ['sequence', { sequence: 1 }],
    ['address', { address: '127.0.0.1:8082' }],
    ['topic', { topic: 'news' }],
    ['payload', { payload: Buffer.from('h4HMReEXvm') }],
    ['public key', { proof: changed(example.proof, 0) }],
    ['signature', { proof: changed(example.proof, 95) }],
    // What is taken from one part is added to the next.
    ['border between the parts', { address: '127.0.0.1:808', topic: '1' }],
  ])('is bad when the %s is another', async (_, change) => {
    expect(await isProven('demo', { ...example, ...change })).toBe(false);
  });

  it('is bad in another cluster, and when it is none', async () => {
    expect(await isProven('other', example)).toBe(false);
    expect(await isProven('demo', { ...example, proof: noProof })).toBe(false);
  });
});

function changed(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, nr) => (nr === at ? byte ^ 1 : byte));
}
