import { isIPv6 } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An IPv4 or a name: letters of any script, because names may be international. */
const NAME = /^[\p{L}\p{N}._-]{1,253}$/u;
const SHAPE = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/;

/** Reads `host:port` and `[::1]:port`; anything else is `undefined`: addresses come from people and from strangers. */
export function parseAddress(text: string): Address | undefined {
  const match = SHAPE.exec(text);
  if (!match) return undefined;
  const [, bracketed, plain = '', digits] = match;
  const port = Number(digits);
  if (port > 65535) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  return NAME.test(plain) ? { host: plain, port } : undefined;
}

/** The reverse of {@link parseAddress}. An IPv4 address that came through an IPv6 socket is shown as what it is. */
export function formatAddress(host: string, port: number): string {
  const bare = plainHost(host);
  return bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`;
}

/** `::ffff:1.2.3.4` is how a dual-stack socket shows 1.2.3.4; others could not tell that it is the same peer. */
export function plainHost(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  return mapped?.[1] ?? host;
}
