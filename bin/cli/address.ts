import { isIP, isIPv6 } from 'node:net';
import { formatAddress, parseAddress } from '../../lib/transport/address.ts';
import { isAddress } from '../../lib/wire/limits.ts';
import { WrongValue } from './wrong.ts';

const NUMBER = /^(?:0|[1-9]\d{0,4})$/;
const SEED = 'HOST:PORT, as in 127.0.0.1:8080, example.org:8080 or [::1]:8080';
const HOST = 'a host name or IP address, as in 127.0.0.1, localhost or ::1';
const ADVERTISED = 'HOST, HOST:PORT or none, as in example.org, 192.0.2.1:8080 or [::1]:8080';

/** A port to listen on: digits only, because `Number` would also read `0x50`, `1e3` and `' 80'`. */
export function parsePort(text: string): number {
  if (!NUMBER.test(text) || Number(text) > 65535) throw new WrongValue('a port from 0 to 65535', text);
  return Number(text);
}

/** Addresses to join through, separated by commas; each once. */
export function parseSeeds(text: string): readonly string[] {
  return unique(
    text.split(',').map((part) => {
      const seed = part.trim();
      if (seed === '' && text.includes(',')) throw new WrongValue(`${SEED} between the commas`, text);
      return parseSeed(seed);
    }),
  );
}

export function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** A host to listen on, as `node:net` takes it: IPv6 without its brackets. */
export function parseHost(text: string): string {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (isIPv6(bare)) return bare;
  if (bare !== text || !isHost(bare)) throw new WrongValue(HOST, text);
  return bare;
}

/** `none`, a host or an address; IPv6 comes back in brackets. */
export function parseAdvertise(text: string): string {
  if (text === 'none') return text;
  if (isIPv6(text)) return dialable(`[${text}]`, text);
  const [, host = '', , port] = /^(\[.*\]|[^:]*)(:(.*))?$/.exec(text) ?? [];
  if (port !== undefined) checkDialPort(port, text);
  const address = port === undefined ? `${host}:1` : text;
  if (!isAddress(address) || !isDialTarget(address)) throw new WrongValue(ADVERTISED, text);
  return dialable(text, text);
}

function parseSeed(text: string): string {
  const port = /[^:]:([^:\]]*)$/.exec(text)?.[1];
  if (port !== undefined && !isIPv6(text)) checkDialPort(port, text);
  const address = isDialTarget(text) ? parseAddress(text) : undefined;
  if (address === undefined) throw new WrongValue(SEED, text);
  return formatAddress(isIPv6(address.host) ? address.host : address.host.toLowerCase(), address.port);
}

function isDialTarget(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && (isIPv6(address.host) || isHost(address.host));
}

/** Names of any script, but no `999.1.1.1` and no `1.2.3`: what ends in a number is an IPv4 address or a mistake. */
function isHost(host: string): boolean {
  if (isIP(host) !== 0) return true;
  return parseAddress(`${host}:1`) !== undefined && !/(?:^|\.)\d+\.?$/.test(host) && !/^[.-]|\.\./.test(host);
}

function checkDialPort(port: string, text: string): void {
  if (!NUMBER.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw new WrongValue('a port from 1 to 65535 after the host', text);
  }
}

function dialable(address: string, text: string): string {
  if (/^(?:0\.0\.0\.0|\[[0:]+\])(?::|$)/.test(address)) {
    throw new WrongValue('an address that others can dial (leave it out to use the one they see)', text);
  }
  return address;
}
