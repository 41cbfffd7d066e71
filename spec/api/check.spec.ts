import { check, flushMsIn, toBytes, topicIn } from '../../lib/api/check.ts';
import { InvalidOptionError, TooLargeError } from '../../lib/errors.ts';
import { defaults, type PeerOptions } from '../../lib/options.ts';
import { bytes } from '../support/marbles.ts';

const random = () => 0;
const checked = (options: unknown) => check(options as PeerOptions, random);

describe('the options of a peer', () => {
  it('may all be left out', () => {
    const { rounds, ...rest } = checked({});
    expect(rest).toEqual({
      listen: { host: '127.0.0.1', port: 0 },
      advertise: '',
      settings: { ...defaults, cluster: '', maxPayload: 1_048_576, seeds: [] },
      signal: undefined,
    });
    expect({ ...rounds, say: rounds.say() }).toEqual({ period: 0, topic: '', say: 'AAAAAAAAAA' });
  });

  it('are taken as given, each seed once', () => {
    const say = () => 'hello';
    const { signal } = new AbortController();
    const connect = ['seed.example:8080', '[::1]:8080', 'seed.example:8080'];
    const given = { port: 8080, host: '::', advertise: 'none', connect, cluster: 'live', period: 5000 };
    expect(checked({ ...given, say, topic: 'news', maxPayload: 99, signal })).toEqual({
      listen: { host: '::', port: 8080 },
      advertise: 'none',
      rounds: { period: 5000, topic: 'news', say },
      settings: { ...defaults, cluster: 'live', maxPayload: 99, seeds: ['seed.example:8080', '[::1]:8080'] },
      signal,
    });
  });

  it('make room for each other: what must hold more than another says is larger by default', () => {
    expect(checked({ highWater: 2 ** 24, maxPayload: 2 ** 25 }).settings).toMatchObject({
      outboxLimit: 2 ** 25,
      storeBytes: 2 ** 26,
    });
  });

  it.each([
    ['advertise', 'gossip.example'],
    ['advertise', 'gossip.example:443'],
    ['advertise', '[2001:db8::7]:443'],
    ['period', 2 ** 31 - 1],
    ['port', 65_535],
    ['cluster', 'c'.repeat(64)],
    ['topic', 't'.repeat(255)],
    ['maxPayload', 1],
    ['connect', []],
    ['highWater', 4096],
    ['outboxLimit', 2 ** 21],
    ['storeBytes', 2 ** 20],
    ['sign', true],
  ])('may have %s %p', (option, value) => {
    expect(() => checked({ [option]: value })).not.toThrow();
  });

  const anInteger = 'an integer of 0..65535';
  const milliseconds = 'milliseconds, an integer of 0..2147483647';
  const hostPort = 'HOST:PORT or [IPV6]:PORT';
  it.each<[string, unknown, string, string]>([
    ['port', -1, anInteger, '-1'],
    ['port', 65_536, anInteger, '65536'],
    ['port', 80.5, anInteger, '80.5'],
    ['port', '8080', anInteger, '"8080"'],
    ['port', NaN, anInteger, 'NaN'],
    ['port', null, anInteger, 'null'],
    ['host', '', 'a host name or IP address', '""'],
    ['host', 127, 'a host name or IP address', '127'],
    ['advertise', 'a b', 'HOST, HOST:PORT or none', '"a b"'],
    ['advertise', 'host:99999', 'HOST, HOST:PORT or none', '"host:99999"'],
    ['advertise', true, 'HOST, HOST:PORT or none', 'true'],
    ['connect', 'seed.example:8080', 'an array of HOST:PORT', '"seed.example:8080"'],
    ['connect', ['seed.example'], hostPort, '"seed.example"'],
    ['connect', ['seed.example:0'], hostPort, '"seed.example:0"'],
    ['connect', ['ok.example:1', 8080], hostPort, '8080'],
    ['connect', ['::1:8080'], hostPort, '"::1:8080"'],
    ['cluster', 'ü'.repeat(33), 'a string of at most 64 bytes', `"${'ü'.repeat(33)}"`],
    ['cluster', 7, 'a string of at most 64 bytes', '7'],
    ['period', -1, milliseconds, '-1'],
    ['period', 2 ** 31, milliseconds, '2147483648'],
    ['period', 0.5, milliseconds, '0.5'],
    ['period', Infinity, milliseconds, 'Infinity'],
    ['period', '5s', milliseconds, '"5s"'],
    ['topic', 't'.repeat(256), 'a string of at most 255 bytes', `"${'t'.repeat(256)}"`],
    ['topic', {}, 'a string of at most 255 bytes', 'an object'],
    ['say', 'hello', 'a function that returns a string or bytes', '"hello"'],
    ['maxPayload', 0, 'bytes, an integer of 1..2^30', '0'],
    ['maxPayload', 2 ** 30 + 1, 'bytes, an integer of 1..2^30', '1073741825'],
    ['highWater', 4095, 'bytes, an integer of 4096..2^30', '4095'],
    ['outboxLimit', 2 ** 21 - 1, 'bytes, an integer of 2097152 (twice highWater)..2^40', '2097151'],
    ['storeBytes', 1_048_575, 'bytes, an integer of 1048576 (maxPayload)..2^40', '1048575'],
    ['limits', null, 'an object of numbers by the names of limits', 'null'],
    ['sign', 'yes', 'true or false', '"yes"'],
    ['keyFile', 'key.pem', 'the name of a file, together with sign: true', '"key.pem"'],
    ['signal', {}, 'an AbortSignal', 'an object'],
    ['signal', [], 'an AbortSignal', 'an array'],
  ])(
    'may not have %s %p, and the error names the option, what is expected and what came',
    (option, value, expected, got) => {
      const failing = () => checked({ [option]: value });
      expect(failing).toThrow(InvalidOptionError);
      expect(failing).toThrow(
        new RegExp(`^${escaped(`option ${option}: expected ${expected}, got ${got}`)}$`),
      );
      const wrong: unknown =
        option === 'connect' && Array.isArray(value) ? (value as unknown[]).at(-1) : value;
      expect(errorOf(failing)).toMatchObject({ name: 'InvalidOptionError', option, value: wrong });
    },
  );

  it.each<[string, unknown, string]>([
    ['maxLinks', 0, 'an integer of 1..2147483648'],
    ['maxDialRate', 0.5, 'an integer of 1..2147483648'],
    ['limitLoopback', 2, 'an integer of 0..1'],
    ['dialLocal', -1, 'an integer of 0..1'],
    ['dialLocal', true, 'an integer of 0..1'],
  ])('may not have the limit %s %p', (name, value, expected) => {
    expect(errorOf(() => checked({ limits: { [name]: value } })).message).toBe(
      `option limits.${name}: expected ${expected}, got ${String(value)}`,
    );
  });

  it('may have limits as large as 2^31, and those that are on or off as 0 or 1', () => {
    const limits = { maxLinks: 2 ** 31, limitLoopback: 1, dialLocal: 0 };
    expect(checked({ limits }).settings).toMatchObject(limits);
  });

  it.each([[null], [5], ['x']])('are not %p', (options) => {
    expect(() => checked(options)).toThrow(/^option options: expected an object, got /);
  });

  it('are no others: a misspelt one is named, with those there are', () => {
    const error = errorOf(() => checked({ prot: 8080 }));
    expect(error).toMatchObject({ name: 'InvalidOptionError', option: 'prot' });
    expect(error.message).toBe(
      'option prot: expected one of port, host, advertise, connect, cluster, period, say, topic, maxPayload, limits, activeView, passiveView, highWater, outboxLimit, storeBytes, sign, keyFile, secret, tls, signal, got "prot"',
    );
  });
});

describe('a topic', () => {
  it('has at most 255 bytes, however many letters these are', () => {
    for (const topic of ['', 't'.repeat(255), 'ü'.repeat(127)]) expect(topicIn({ topic })).toBe(topic);
    expect(() => topicIn({ topic: 'ü'.repeat(128) })).toThrow(new TooLargeError('topic', 256, 255));
  });

  it('is none when nothing is said of it', () => {
    expect([topicIn(undefined), topicIn({}), topicIn({ topic: undefined })]).toEqual(['', '', '']);
  });
});

describe('a payload', () => {
  it('is bytes as they are, or text as UTF-8', () => {
    const given = Uint8Array.of(1, 2, 255);
    expect(toBytes(given)).toBe(given);
    expect(toBytes('ü!')).toEqual(bytes('ü!'));
  });
});

describe('the time to flush', () => {
  it('is 300 ms unless told otherwise', () => {
    expect([flushMsIn({}), flushMsIn({ flushMs: 0 })]).toEqual([300, 0]);
  });

  it.each([[-1], [NaN], ['1'], [2 ** 31], [null]])('is not %p', (flushMs) => {
    expect(() => flushMsIn({ flushMs })).toThrow(/^option flushMs: expected milliseconds, /);
  });
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function errorOf(failing: () => unknown): Error {
  try {
    failing();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
