import type { Address } from '../messages.ts';

/** How far an address reaches, as far as it can be told without a lookup. A name may stand for anything. */
export type Scope = 'loopback' | 'link' | 'wide' | 'none';

/** IPv6 goes in brackets in an address; here it is without. */
export function hostOf(address: Address): string {
  const host = address.slice(0, address.lastIndexOf(':'));
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

/**
 * RFC 6890 and RFC 4291: 127/8 and ::1; 169.254/16 and fe80::/10; and what is nobody's: this network, multicast,
 * broadcast, the unspecified addresses. IPv4 inside IPv6 counts as what it is.
 */
export function scopeOf(host: string): Scope {
  const plain = host.toLowerCase().split('%')[0]!.replace(/\.$/, '');
  if (plain === 'localhost' || plain.endsWith('.localhost')) return 'loopback';
  if (plain.includes(':')) return scopeOfIpv6(plain);
  if (ipv4.test(plain)) {
    const [first = 0, second = 0] = plain.split('.').map(Number);
    return scopeOfIpv4(first, second);
  }
  // Names have a letter. Resolvers take these for numbers too: 2130706433, 0x7f.1, 127.1, 0177.0.0.1.
  return /^(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*$/.test(plain) ? 'none' : 'wide';
}

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`^${octet}(\\.${octet}){3}$`);

function scopeOfIpv4(first: number, second: number): Scope {
  if (first === 127) return 'loopback';
  if (first === 169 && second === 254) return 'link';
  return first === 0 || first >= 224 ? 'none' : 'wide';
}

function scopeOfIpv6(host: string): Scope {
  const mapped = /^(?:[0:]*:ffff:|64:ff9b::|::)(\d+\.\d+\.\d+\.\d+)$/.exec(host);
  if (mapped !== null) return scopeOf(mapped[1]!);
  const groups = groupsOf(host);
  if (groups === undefined) return 'none';
  const [first = 0, sixth = 0, seventh = 0, last = 0] = [groups[0], groups[5], groups[6], groups[7]];
  if (groups.slice(0, 5).every((group) => group === 0)) {
    if (sixth === 0xffff) return scopeOfIpv4(seventh >> 8, seventh & 0xff);
    if (sixth === 0 && seventh === 0) return last === 1 ? 'loopback' : 'none';
    if (sixth === 0) return scopeOfIpv4(seventh >> 8, seventh & 0xff);
  }
  if ((first & 0xffc0) === 0xfe80) return 'link';
  return first >= 0xff00 ? 'none' : 'wide';
}

/** The eight groups of an IPv6 address, or undefined when it is none. */
function groupsOf(host: string): number[] | undefined {
  const halves = host.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => parseInt(group, 16))
    : undefined;
}

/** Can only this machine reach it? */
export const isLoopback = (host: string): boolean => scopeOf(host) === 'loopback';

/**
 * May an address be dialled that somebody at `remote` told us? What reaches no further than one machine, or one
 * wire, means something else to us than to the teller, unless it is there too: else a stranger could make us
 * talk to the services of our own machine.
 */
export function mayDial(address: Address, remote: Address): boolean {
  const [scope, teller] = [scopeOf(hostOf(address)), scopeOf(hostOf(remote))];
  if (scope === 'none') return false;
  if (scope === 'wide' || teller === 'loopback') return true;
  return scope === 'link' && teller === 'link';
}
