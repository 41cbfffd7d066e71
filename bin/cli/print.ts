import type { Happening } from './happenings.ts';
import { printable, quoted, textOf } from './safe.ts';

/** The seed's line for a happening; `undefined` for what the seed does not print. */
export function toText(happening: Happening, elapsed: number, verbose: boolean): string | undefined {
  const said = sentence(happening, verbose);
  return said === undefined ? undefined : `${clock(elapsed)} - ${said}`;
}

/** hh:mm:ss since the start, from milliseconds; after 99 hours come 100. */
export function clock(elapsed: number): string {
  const seconds = Math.max(0, Math.floor(elapsed / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function sentence(happening: Happening, verbose: boolean): string | undefined {
  switch (happening.event) {
    case 'address':
      return `My address is ${quoted(happening.address || happening.listening)}`;
    case 'connected':
      return `Connected to peer at ${quoted(happening.neighbor.address)}`;
    case 'disconnected': {
      const { address, reason } = happening.neighbor;
      return `Disconnected from peer at ${quoted(address)}${verbose ? `: ${printable(reason)}` : ''}`;
    }
    case 'sending': {
      const { payload, neighbors, lazy } = happening.message;
      const announced = verbose && lazy.length > 0 ? `, only announced to [${list(lazy)}]` : '';
      return `Sending message [${show(payload)}] to [${list(neighbors)}]${announced}`;
    }
    case 'received': {
      const { payload, from, via, hops } = happening.message;
      const path = verbose ? ` via ${quoted(via)}, ${hops} hop${hops === 1 ? '' : 's'}` : '';
      return `Received message [${show(payload)}] from ${quoted(from)}${path}`;
    }
    case 'leaving':
      return undefined;
  }
}

const list = (addresses: readonly string[]): string => addresses.map(quoted).join(', ');

function show(payload: Uint8Array): string {
  const text = textOf(payload);
  return text === undefined ? `<${payload.length} bytes>` : printable(text);
}
