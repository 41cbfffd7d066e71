import type { Limits } from '../../lib/options.ts';
import { limits } from '../../lib/wire/limits.ts';
import { parseAdvertise, parseHost, parsePort, parseSeeds, unique } from './address.ts';
import { parseDuration } from './duration.ts';
import { limitNames, parseLimits } from './limits.ts';
import { flag, toggle, type Values } from './flag.ts';
import { WrongValue } from './wrong.ts';

/** Every flag of the command, in the order of `--help`. */
export const flags = {
  port: flag<number>({
    argument: 'PORT',
    expected: 'a port from 0 to 65535',
    initial: 0,
    preset: '0, any free one',
    help: 'Port to listen on.',
    parse: parsePort,
  }),
  host: flag<string>({
    argument: 'HOST',
    expected: 'a host name or IP address',
    initial: '127.0.0.1',
    preset: '127.0.0.1, this machine only',
    help: 'Host or IP address to listen on; 0.0.0.0 or :: for all.',
    parse: parseHost,
  }),
  advertise: flag<string | undefined>({
    argument: 'HOST[:PORT]|none',
    expected: 'HOST, HOST:PORT or none',
    initial: undefined,
    preset: 'where it listens',
    help: 'Address that others should dial; none when nobody can.',
    parse: parseAdvertise,
  }),
  connect: flag<readonly string[]>({
    argument: 'HOST:PORT,...',
    expected: 'HOST:PORT',
    initial: [],
    preset: 'none',
    help: 'Peers to join through, tried until they answer. Names, IPv6 as [::1]:8080; may be repeated.',
    parse: parseSeeds,
    add: (before, next) => unique([...before, ...next]),
  }),
  cluster: flag<string | undefined>({
    argument: 'NAME',
    expected: 'a name',
    initial: undefined,
    preset: 'no name',
    help: 'Only peers of the same cluster connect.',
    parse: (text) => name(text, limits.cluster),
  }),
  sign: toggle('Sign what is said, and take only what is signed: nobody can forge what another said.'),
  'key-file': flag<string | undefined>({
    argument: 'FILE',
    expected: 'the name of a file',
    initial: undefined,
    preset: 'a new key at each start',
    help: 'With --sign: the key; a missing file is made. The id of the peer follows from it.',
    parse: (text) => text,
  }),
  'secret-file': file(
    'links are not secured',
    'Secure all links with the secret in this file, which all peers have; "rx-gossip secret" makes one. ' +
      'Also as the text of RX_GOSSIP_SECRET.',
  ),
  'tls-cert': file('links are not secured', 'Secure all links with certificates: that of this peer, in PEM.'),
  'tls-key': file('none', 'With --tls-cert: its private key.'),
  'tls-ca': file('none', 'With --tls-cert: the authority that all certificates must be of.'),
  'tls-name': flag<string | undefined>({
    argument: 'NAME',
    expected: 'a host name',
    initial: undefined,
    preset: 'the host that is dialled',
    help: 'With --tls-cert: what the certificate of a dialled peer must be for.',
    parse: (text) => text,
  }),
  'active-view': flag<number | undefined>({
    argument: 'N',
    expected: 'a number from 1 to 100',
    initial: undefined,
    preset: '5',
    help: 'Neighbors at most; clusters of up to one more are a full mesh.',
    parse: (text) => whole(text, 1, 100),
  }),
  'passive-view': flag<number | undefined>({
    argument: 'N',
    expected: 'a number from 1 to 1000',
    initial: undefined,
    preset: '30',
    help: 'Addresses of other peers kept in reserve.',
    parse: (text) => whole(text, 1, 1000),
  }),
  limit: flag<Partial<Limits> | undefined>({
    argument: 'NAME=N,...',
    expected: `NAME=N, NAME one of ${limitNames}`,
    initial: undefined,
    preset: 'those of SECURITY.md',
    help: `What others may take of this peer, as maxLinks=100; may be repeated. NAME is one of ${limitNames}.`,
    parse: parseLimits,
    add: (before, next) => ({ ...before, ...next }),
  }),
  period: flag<number>({
    argument: 'DURATION',
    expected: 'a duration such as 5, 0.5, 500ms, 5s or 1m',
    initial: 5000,
    preset: '5',
    help: 'Time between two messages: 5, 0.5, 500ms, 5s, 1m. 0 only listens.',
    parse: parseDuration,
  }),
  'no-send': toggle('Only listen; the same as --period 0.'),
  message: flag<string | undefined>({
    argument: 'TEXT',
    expected: 'a text',
    initial: undefined,
    preset: '10 random characters',
    help: 'What is sent each period.',
    parse: (text) => text,
  }),
  topic: flag<string | undefined>({
    argument: 'NAME',
    expected: 'a name',
    initial: undefined,
    preset: 'sent with none, all printed',
    help: 'Label of the messages sent; only messages with the same label are printed.',
    parse: (text) => name(text, limits.text),
  }),
  stdin: toggle(
    'Send each line of standard input (empty ones are skipped) instead of a message each period. ' +
      'Reading starts once a neighbor is up. At the end of input the peer stays.',
  ),
  wait: flag<number | undefined>({
    argument: 'DURATION',
    expected: 'a duration such as 5, 0.5, 500ms, 5s or 1m',
    initial: undefined,
    preset: 'for ever',
    help: 'With --stdin: wait at most so long for a neighbor, then read anyway. 0 does not wait.',
    parse: parseDuration,
  }),
  exit: toggle(
    'With --stdin: leave once all of the input has been handed to neighbors. Exit code 1 when there ' +
      'never was one, or when a line was too large to send.',
  ),
  json: toggle('Print one JSON object a line.'),
  quiet: toggle('No diagnostics on standard error.'),
  verbose: toggle(
    'More diagnostics; to whom a message was only announced, through whom and over how many hops it came, ' +
      'why a neighbor is gone.',
  ),
  help: toggle('Print this and exit.'),
  version: toggle('Print the version and exit.'),
};

export type Options = Values<typeof flags>;

function name(text: string, limit: number): string {
  if (Buffer.byteLength(text) > limit) throw new WrongValue(`a name of at most ${limit} bytes`, text);
  return text;
}

function file(preset: string, help: string) {
  return flag<string | undefined>({
    ...{ argument: 'FILE', expected: 'the name of a file', initial: undefined },
    ...{ preset, help, parse: (text: string) => text },
  });
}

function whole(text: string, least: number, most: number): number {
  const count = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (!(count >= least && count <= most)) throw new WrongValue(`a number from ${least} to ${most}`, text);
  return count;
}
