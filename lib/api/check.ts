import { InvalidOptionError, TooLargeError } from '../errors.ts';
import { defaults, limitRanges, type Limits, type PeerOptions, type Settings } from '../options.ts';
import { parseAddress } from '../transport/address.ts';
import { randomText, type Random } from '../world/random.ts';

/** Node's timers take no longer delay. */
const maxPeriod = 2 ** 31 - 1;
const maxTopic = 255;
const maxCluster = 64;

/** How long `close()` lets the links flush before it cuts them, unless told otherwise. */
const defaultFlushMs = 300;

/** The options of `createPeer`, complete and known to be sound. */
export interface Checked {
  readonly listen: { readonly host: string; readonly port: number };
  readonly advertise: string;
  readonly rounds: {
    readonly period: number;
    readonly topic: string;
    readonly say: () => string | Uint8Array;
  };
  readonly settings: Settings;
  /** Where the signing key is; undefined for one that lives as long as the peer. */
  readonly keyFile: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @throws InvalidOptionError naming the option, its value and what is expected */
export function check(options: PeerOptions, random: Random): Checked {
  checkOptions(options);
  const { port = 0, host = '127.0.0.1', advertise = '', connect = [], cluster = defaults.cluster } = options;
  const {
    period = 0,
    topic = '',
    say = () => randomText(random),
    maxPayload = defaults.maxPayload,
    sign = defaults.sign,
    keyFile,
    signal,
  } = options;

  const { activeView = defaults.activeView, passiveView = defaults.passiveView } = options;
  const { highWater = defaults.highWater, outboxLimit = Math.max(defaults.outboxLimit, 2 * highWater) } =
    options;
  // A message that the store can't hold could not be repaired.
  const { storeBytes = Math.max(defaults.storeBytes, 2 * maxPayload) } = options;

  need('port', port, isInteger(port, 0, 65_535), 'an integer of 0..65535');
  need('host', host, typeof host === 'string' && host !== '', 'a host name or IP address');
  need(
    'advertise',
    advertise,
    typeof advertise === 'string' && isAdvertisable(advertise),
    'HOST, HOST:PORT or none',
  );
  need('connect', connect, Array.isArray(connect), 'an array of HOST:PORT');
  for (const seed of connect)
    need(
      'connect',
      seed,
      typeof seed === 'string' && (parseAddress(seed)?.port ?? 0) > 0,
      'HOST:PORT or [IPV6]:PORT',
    );
  need('cluster', cluster, isText(cluster, maxCluster), `a string of at most ${maxCluster} bytes`);
  need('period', period, isInteger(period, 0, maxPeriod), `milliseconds, an integer of 0..${maxPeriod}`);
  need('topic', topic, isText(topic, maxTopic), `a string of at most ${maxTopic} bytes`);
  need('say', say, typeof say === 'function', 'a function that returns a string or bytes');
  const { limits = {} } = options;
  checkLimits(limits);
  need('maxPayload', maxPayload, isInteger(maxPayload, 1, 2 ** 30), 'bytes, an integer of 1..2^30');
  need('activeView', activeView, isInteger(activeView, 1, 100), 'an integer of 1..100');
  need('passiveView', passiveView, isInteger(passiveView, 1, 1000), 'an integer of 1..1000');
  need('highWater', highWater, isInteger(highWater, 4096, 2 ** 30), 'bytes, an integer of 4096..2^30');
  need(
    'outboxLimit',
    outboxLimit,
    isInteger(outboxLimit, 2 * highWater, 2 ** 40),
    `bytes, an integer of ${2 * highWater} (twice highWater)..2^40`,
  );
  need(
    'storeBytes',
    storeBytes,
    isInteger(storeBytes, maxPayload, 2 ** 40),
    `bytes, an integer of ${maxPayload} (maxPayload)..2^40`,
  );
  need('sign', sign, typeof sign === 'boolean', 'true or false');
  need(
    'keyFile',
    keyFile,
    keyFile === undefined || (sign && typeof keyFile === 'string' && keyFile !== ''),
    'the name of a file, together with sign: true',
  );
  need('signal', signal, signal === undefined || signal instanceof AbortSignal, 'an AbortSignal');

  return {
    listen: { host, port },
    advertise,
    rounds: { period, topic, say },
    settings: {
      ...defaults,
      ...limits,
      ...{ cluster, maxPayload, activeView, passiveView, highWater, outboxLimit, storeBytes, sign },
      seeds: [...new Set(connect)],
    },
    keyFile,
    signal,
  };
}

const knownOptions = [
  'port',
  'host',
  'advertise',
  'connect',
  'cluster',
  'period',
  'say',
  'topic',
  'maxPayload',
  'limits',
  'activeView',
  'passiveView',
  'highWater',
  'outboxLimit',
  'storeBytes',
  'sign',
  'keyFile',
  'secret',
  'tls',
  'signal',
];

/** That they are options at all, before one of them is read. */
export const checkOptions = (options: unknown): void => checkNames(options, knownOptions);

/** Each may be raised and lowered, none is optional: 0 means no limit only where `Limits` says so. */
function checkLimits(limits: Readonly<Partial<Limits>>): void {
  need('limits', limits, isObject(limits), 'an object of numbers by the names of limits');
  for (const [name, value] of Object.entries(limits)) {
    const range = Object.hasOwn(limitRanges, name) ? limitRanges[name as keyof Limits] : undefined;
    if (range === undefined)
      throw new InvalidOptionError('limits', name, `one of ${Object.keys(limitRanges).join(', ')}`);
    const [least, most] = range;
    need(`limits.${name}`, value, isInteger(value, least, most), `an integer of ${least}..${most}`);
  }
}

const encoder = new TextEncoder();

/**
 * The topic among what `publish` or `send` was given beside the payload. Whatever it lets through is encoded within the loop, where
 * what can't be is a bug that ends the peer.
 */
export function topicIn(options: object | undefined): string {
  if (options === undefined) return '';
  checkNames(options, ['topic']);
  const { topic = '' } = options as { topic?: unknown };
  if (typeof topic !== 'string') throw new InvalidOptionError('topic', topic, 'a string');
  if (topic.length * 3 <= maxTopic) return topic; // no UTF-16 unit takes more bytes of UTF-8
  const bytes = encoder.encode(topic).length;
  if (bytes > maxTopic) throw new TooLargeError('topic', bytes, maxTopic);
  return topic;
}

export function toBytes(payload: string | Uint8Array): Uint8Array {
  if (typeof payload === 'string') return encoder.encode(payload);
  if (payload instanceof Uint8Array) return payload;
  throw new InvalidOptionError('payload', payload, 'a string or a Uint8Array');
}

/** Milliseconds, of what `close` was given. */
export function flushMsIn(options: object): number {
  checkNames(options, ['flushMs']);
  const { flushMs = defaultFlushMs } = options as { flushMs?: unknown };
  need('flushMs', flushMs, isInteger(flushMs, 0, maxPeriod), `milliseconds, an integer of 0..${maxPeriod}`);
  return flushMs as number;
}

/** That there are options, and none of a name that nobody knows: a slip would else be passed over without a word. */
function checkNames(options: unknown, known: readonly string[]): void {
  need('options', options, isObject(options), 'an object');
  for (const name in options as object)
    if (!known.includes(name) && Object.hasOwn(options as object, name))
      throw new InvalidOptionError(
        name,
        name,
        known.length > 1 ? `one of ${known.join(', ')}` : `none but ${known[0]}`,
      );
}

function need(option: string, value: unknown, ok: boolean, expected: string): void {
  if (!ok) throw new InvalidOptionError(option, value, expected);
}

const isInteger = (value: unknown, min: number, max: number) =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const isObject = (value: unknown) => typeof value === 'object' && value !== null;
const isText = (value: unknown, max: number) =>
  typeof value === 'string' && encoder.encode(value).length <= max;

/** `none`, a host, or host and port; IPv6 in brackets where a port follows. */
function isAdvertisable(advertise: string): boolean {
  return (
    advertise === '' || parseAddress(advertise) !== undefined || parseAddress(`${advertise}:1`) !== undefined
  );
}
