import fc from 'fast-check';
import { Packr } from 'msgpackr/pack';
import {
  type Kind,
  type Message,
  type MessageOf,
  messageTable,
  noProof,
} from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createFramer } from '../../lib/wire/frame.ts';
import { hiddenClasses } from '../support/hidden-classes.ts';
import { anyMessage, messageOf, messageTypes } from '../support/messages.ts';

const codec = createCodec({ maxPayload: 1024 });
const packr = new Packr({ useRecords: false, structuredClone: false });
const id = new Uint8Array(16).fill(0xab);

const gossip: MessageOf<'gossip'> = {
  type: 'gossip',
  origin: 'ab'.repeat(16),
  epoch: 1_754_000_000_000,
  sequence: 7,
  hop: 2,
  address: 'localhost:8080',
  topic: 'weather',
  payload: Uint8Array.of(1, 2, 3),
  proof: noProof,
};

const decode = (body: Uint8Array) => codec.decode(body, 0, body.length);
const decodeValues = (...values: unknown[]) => decode(packr.pack(values));
const bodyOf = (message: Message) => codec.encode(message).slice(4);
const matching = (pattern: RegExp) => expect.stringMatching(pattern) as unknown;
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('a message', () => {
  test.each(messageTypes)('of type %s is decoded as it was encoded', (type) => {
    fc.assert(
      fc.property(messageOf(type), (message) => {
        expect(decode(bodyOf(message))).toEqual({ ok: true, message });
      }),
    );
  });

  test('is a frame that says its own length', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const frame = codec.encode(message);
        expect(new DataView(frame.buffer, frame.byteOffset).getUint32(0)).toBe(frame.length - 4);
      }),
    );
  });

  test('is a list of plain msgpack values after its type number, as other languages read it', () => {
    const fields = [
      `c410 ${'ab'.repeat(16)}`,
      'cb 42798628c0400000',
      '07',
      '02',
      'ae 6c6f63616c686f73743a38303830',
      'a7 77656174686572',
      'c403 010203',
      'c400',
    ];
    expect(Buffer.from(bodyOf(gossip))).toEqual(Buffer.from(hex(`99 10 ${fields.join('')}`)));
  });

  test('comes out the same wherever the stream was cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 100 }),
        (sent, step) => {
          const stream = Buffer.concat(sent.map((message) => codec.encode(message)));
          const framer = createFramer(codec.maxFrame);
          const got: unknown[] = [];
          for (let at = 0; at < stream.length; at += step) {
            const chunk = Uint8Array.from(stream.subarray(at, at + step));
            expect(framer.push(chunk, (...frame) => got.push(codec.decode(...frame)))).toBe(chunk.length);
            chunk.fill(0xc1);
          }
          expect(got).toEqual(sent.map((message) => ({ ok: true, message })));
        },
      ),
    );
  });

  test('keeps nothing of the chunk that it came in', () => {
    const chunk = codec.encode(gossip);
    const decoded = codec.decode(chunk, 4, chunk.length);
    chunk.fill(0);
    expect(decoded).toEqual({ ok: true, message: gossip });
    const { payload } = (decoded as { message: typeof gossip }).message;
    expect(payload.buffer).not.toBe(chunk.buffer);
    expect(payload.buffer.byteLength).toBeLessThanOrEqual(8192);
    expect(payload.constructor).toBe(Uint8Array);
  });

  test('once encoded is never written over', () => {
    const sizes = [1024, 0, 10, 500, 1024, 100];
    const frames = Array.from({ length: 3000 }, (_, i) => {
      const frame = codec.encode({ ...gossip, sequence: i, payload: new Uint8Array(sizes[i % 6]!).fill(i) });
      return { frame, then: Buffer.from(frame) };
    });
    for (const { frame, then } of frames) expect(then.equals(frame)).toBe(true);
  });

  test('once encoded holds little more memory than it has bytes, whatever was encoded before', () => {
    const large = createCodec({ maxPayload: 2 ** 22 });
    const frame = large.encode({ ...gossip, payload: new Uint8Array(2 ** 22) });
    expect(frame.buffer.byteLength).toBe(frame.length);
    expect(large.encode({ type: 'ping', nonce: 1 }).buffer.byteLength).toBeLessThanOrEqual(8192);
  });

  test('is not encoded when every receiver would refuse it', () => {
    expect(() => codec.encode({ ...gossip, payload: new Uint8Array(1025) })).toThrow(
      new RangeError('gossip.payload: expected at most 1024 bytes, got 1025 bytes'),
    );
    expect(() => codec.encode({ ...gossip, origin: 'me' })).toThrow(
      'gossip.origin: expected an id of 32 hex digits, got "me"',
    );
    expect(() => codec.encode({ ...gossip, topic: undefined } as unknown as Message)).toThrow('gossip.topic');
  });

  test('with the longest fields fits in a frame', () => {
    const addresses = new Array<string>(256).fill(`${'a'.repeat(249)}:65535`);
    const longest: Message[] = [
      { type: 'peers', addresses },
      { ...gossip, address: addresses[0]!, topic: 'é'.repeat(127), payload: new Uint8Array(1024) },
    ];
    for (const message of longest) {
      const body = bodyOf(message);
      expect(body.length).toBeLessThanOrEqual(codec.maxFrame);
      expect(decode(body)).toEqual({ ok: true, message });
    }
  });

  test('leaves the array that it was read from of the class that it was', () => {
    const [read, other] = [bodyOf(gossip), bodyOf(gossip)];
    decode(read);
    expect(hiddenClasses([read, other])).toBe(1);
  });
});

describe('a number', () => {
  const pong = (nonce: string) => decode(hex(`92 04 ${nonce}`));

  test.each([
    ['07', 7],
    ['cc07', 7],
    ['cd0007', 7],
    ['ce00000007', 7],
    ['cf0000000000000007', 7],
    ['d007', 7],
    ['d10007', 7],
    ['d200000007', 7],
    ['d30000000000000007', 7],
    ['cb401c000000000000', 7],
    ['cf001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['cb433fffffffffffff', Number.MAX_SAFE_INTEGER],
  ])('may be sent as %s', (bytes, nonce) => {
    expect(pong(bytes)).toEqual({ ok: true, message: { type: 'pong', nonce } });
  });

  test.each([
    ['ff', '-1'],
    ['d3ffffffffffffffff', '-1'],
    ['cf0020000000000000', '9007199254740992'],
    ['cfffffffffffffffff', '18446744073709552000'],
    ['cb4340000000000000', '9007199254740992'],
    ['cb400c000000000000', '3.5'],
    ['cb7ff8000000000000', 'NaN'],
    ['cb7ff0000000000000', 'Infinity'],
  ])('may not be sent as %s', (bytes, got) => {
    expect(pong(bytes)).toEqual({
      ok: false,
      reason: `pong.nonce: expected an integer of 0..2^53-1, got ${got}`,
    });
  });
});

describe('a newer peer', () => {
  test('may send types that are not known: they are ignored, by number', () => {
    expect(decodeValues(7, 'anything', { at: ['all'] })).toEqual({ ok: false, ignored: 7 });
    expect(decodeValues(2 ** 40)).toEqual({ ok: false, ignored: 2 ** 40 });
  });

  test('may add fields at the end of those that are', () => {
    expect(decodeValues(3, 5, 'later', { a: 1 })).toEqual({ ok: true, message: { type: 'ping', nonce: 5 } });
    expect(decodeValues(8, 'later')).toEqual({ ok: true, message: { type: 'discover' } });
  });
});

test('text that is not UTF-8 is read with replacement characters, and counted with them', () => {
  const bye = (text: string) => decode(hex(`93 02 00 ${text}`));
  expect(bye('a2 61ff')).toEqual({ ok: true, message: { type: 'bye', code: 0, text: 'a\ufffd' } });
  expect(bye(`d9ff ${'ff'.repeat(255)}`)).toMatchObject({
    ok: false,
    reason: matching(/^bye\.text/),
  });
});

describe('a hostile frame', () => {
  const fieldsOf = messageTypes.flatMap((type) =>
    Object.entries<Kind>(messageTable[type].fields).map(([field, kind], i) => ({ type, field, kind, i })),
  );
  /** One value of every shape, none of which any kind takes (but for those named). */
  const shapes: [string, unknown, readonly Kind[]][] = [
    ['nil', null, []],
    ['a negative number', -1, []],
    ['a fraction', 0.5, []],
    ['NaN', NaN, []],
    ['a flag', true, ['flag']],
    ['a map', { length: 1, __proto__: null }, []],
    ['a list of maps', [{}], []],
    ['a long text', 'x'.repeat(300), []],
    ['long bytes', new Uint8Array(1025), []],
    ['a long list', new Array(1025).fill(':1'), []],
  ];

  test.each(fieldsOf)('is refused by the name of its field: $type $field', ({ type, field, kind, i }) => {
    const [message] = fc.sample(messageOf(type), { numRuns: 1, seed: 1 });
    const values = Object.keys(messageTable[type].fields).map((name) => {
      const value = (message as unknown as Record<string, unknown>)[name];
      if (Array.isArray(value)) return [];
      return messageTable[type].fields[name as never] === ('id' as never) ? id : value;
    });
    const place = new RegExp(`^${type}\\.${field}(\\[0\\])?: expected .*, got `);
    for (const [, value, takenBy] of shapes) {
      if (takenBy.includes(kind)) continue;
      const decoded = decodeValues(
        messageTable[type].code,
        ...values.map((own, at) => (at === i ? value : own)),
      );
      expect(decoded).toEqual({ ok: false, reason: matching(place) });
    }
    const short = decodeValues(messageTable[type].code, ...values.slice(0, i));
    // Whoever knows of no proofs ends the message before it.
    if (kind === 'proof') {
      expect(short).toMatchObject({ ok: true, message: { proof: noProof } });
      return;
    }
    expect(short).toEqual({
      ok: false,
      reason: matching(new RegExp(`^${type}\\.${field}: expected .*, got nothing$`)),
    });
  });

  test.each([
    ['no list', 'c0', 'frame: expected a list, got nil'],
    ['a map instead of a list', '81 a161 01', 'frame: expected a list, got a map'],
    ['an empty list', '90', 'frame: expected a message type, got nothing'],
    ['a type that is text', '91 a470696e67', 'frame: expected a message type, got "ping"'],
    ['a negative type', '91 ff', 'frame: expected a message type, got -1'],
    ['an extension', '92 03 d4 72 40', 'extension type at byte 2'],
    ['a list that claims 4 GiB', 'dd ffffffff 03 01', 'more than 8192 values at byte 0'],
    ['a payload that claims 4 GiB', '92 03 c6 ffffffff', 'cut short at byte 7'],
    ['a byte too many', '92 03 01 00', '1 bytes too many at byte 3'],
    ['duplicate keys', '92 03 82 a161 01 a161 02', 'ping.nonce: expected an integer of 0..2^53-1, got a map'],
    [
      'a key __proto__',
      '92 03 81 a9 5f5f70726f746f5f5f 81 a161 01',
      'ping.nonce: expected an integer of 0..2^53-1, got a map',
    ],
  ])('of %s is refused', (_, bytes, reason) => {
    expect(decode(hex(bytes))).toEqual({ ok: false, reason });
  });

  test('changes no prototype', () => {
    decode(hex('93 03 01 81 a9 5f5f70726f746f5f5f 81 a3 726564 01'));
    expect(({} as { red?: unknown }).red).toBeUndefined();
  });

  test('that was cut short anywhere is refused with a reason', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const body = bodyOf(message);
        for (let end = 0; end < body.length; end++) {
          expect(codec.decode(body, 0, end)).toEqual({
            ok: false,
            reason: matching(/^cut short/),
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  test('does nothing but give a short reason, and what is taken may be sent on: 20,000 mutations and random bytes', () => {
    const bodies = fc.sample(anyMessage, { numRuns: 500, seed: 3 }).map(bodyOf);
    const next = mulberry32(0x5eed);
    const counts = { taken: 0, ignored: 0, refused: 0 };
    for (let i = 0; i < 20_000; i++) {
      const bytes = i % 10 === 0 ? randomBytes(next) : mutated(bodies[i % bodies.length]!, next);
      const decoded = decode(bytes);
      if (decoded.ok) {
        counts.taken++;
        expect(decode(bodyOf(decoded.message))).toEqual(decoded);
      } else if (decoded.reason === undefined) {
        counts.ignored++;
      } else {
        counts.refused++;
        expect(decoded.reason).toMatch(/^[\x20-\x7e]{1,254}$/);
        expect(decoded.reason).not.toBe('not readable');
      }
    }
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  });
});

function randomBytes(next: () => number): Uint8Array {
  return Uint8Array.from({ length: Math.floor(next() * 60) }, () => Math.floor(next() * 256));
}

/** One to four bytes changed, put in or taken out; one in two changes prefers bytes that mean something to msgpack. */
function mutated(body: Uint8Array, next: () => number): Uint8Array {
  const bytes = Array.from(body);
  for (let times = 1 + Math.floor(next() * 4); times > 0; times--) {
    const byte = Math.floor(next() < 0.5 ? 0x80 + next() * 0x80 : next() * 256);
    bytes.splice(Math.floor(next() * bytes.length), next() < 0.7 ? 1 : 0, ...(next() < 0.8 ? [byte] : []));
  }
  return Uint8Array.from(bytes);
}

function mulberry32(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
