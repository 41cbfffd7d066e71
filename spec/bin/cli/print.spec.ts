import type { Happening } from '../../../bin/cli/happenings.ts';
import { clock, toText } from '../../../bin/cli/print.ts';
import { received, sent } from '../fake-peer.ts';

describe('the clock', () => {
  it.each([
    [0, '00:00:00'],
    [999, '00:00:00'],
    [1000, '00:00:01'],
    [59_999, '00:00:59'],
    [60_000, '00:01:00'],
    [3_599_999, '00:59:59'],
    [3_600_000, '01:00:00'],
    [359_999_000, '99:59:59'],
    [360_000_000, '100:00:00'],
    [3_600_000_000, '1000:00:00'],
    [-5, '00:00:00'],
  ])('shows %d ms since the start as %s', (elapsed, shown) => {
    expect(clock(elapsed)).toBe(shown);
  });
});

describe('a line of the seed', () => {
  const neighbor = { id: 'cd', address: '127.0.0.1:8081' };
  const lines: [Happening, string][] = [
    [
      { event: 'address', address: '127.0.0.1:8080', listening: '0.0.0.0:8080' },
      'My address is "127.0.0.1:8080"',
    ],
    [{ event: 'address', address: '', listening: '127.0.0.1:8080' }, 'My address is "127.0.0.1:8080"'],
    [{ event: 'connected', neighbor }, 'Connected to peer at "127.0.0.1:8081"'],
    [
      { event: 'disconnected', neighbor: { ...neighbor, reason: 'left' } },
      'Disconnected from peer at "127.0.0.1:8081"',
    ],
    [
      { event: 'sending', message: sent('1aafChbXC8', ['127.0.0.1:8082', '127.0.0.1:8081']) },
      'Sending message [1aafChbXC8] to ["127.0.0.1:8082", "127.0.0.1:8081"]',
    ],
    [{ event: 'sending', message: sent('x', []) }, 'Sending message [x] to []'],
    [{ event: 'received', message: received('h4HMReEXvl') }, 'Received message [h4HMReEXvl] from "a:1"'],
    [{ event: 'received', message: received('a\n\x1b[1m') }, 'Received message [a\\x0a\\x1b[1m] from "a:1"'],
    [
      { event: 'received', message: received(new Uint8Array([0xff, 0, 1])) },
      'Received message [<3 bytes>] from "a:1"',
    ],
    [{ event: 'received', message: received('') }, 'Received message [] from "a:1"'],
    [
      { event: 'received', message: received('x', { from: '\x07"' }) },
      'Received message [x] from "\\x07\\x22"',
    ],
  ];

  it.each(lines)('%j', (happening, line) => {
    expect(toText(happening, 8000, false)).toBe(`00:00:08 - ${line}`);
  });

  it('tells with --verbose through whom and over how many hops a message came', () => {
    const line = (hops: number) => toText({ event: 'received', message: received('x', { hops }) }, 0, true);
    expect(line(1)).toBe('00:00:00 - Received message [x] from "a:1" via "b:2", 1 hop');
    expect(line(2)).toBe('00:00:00 - Received message [x] from "a:1" via "b:2", 2 hops');
  });

  it('tells with --verbose to whom a message was only announced', () => {
    const line = (...to: string[]) => toText({ event: 'sending', message: sent('x', to) }, 0, true);
    expect(line('a:1', 'b:2', 'c:3')).toBe(
      '00:00:00 - Sending message [x] to ["a:1", "b:2", "c:3"], only announced to ["b:2", "c:3"]',
    );
    expect(line('a:1')).toBe('00:00:00 - Sending message [x] to ["a:1"]');
  });

  it('tells with --verbose why a neighbor is gone', () => {
    const gone = (reason: string) =>
      toText({ event: 'disconnected', neighbor: { ...neighbor, reason } }, 0, true);
    expect(gone('left')).toBe('00:00:00 - Disconnected from peer at "127.0.0.1:8081": left');
    expect(gone('it said: \x1b[1m')).toContain('it said: \\x1b[1m');
  });

  it('is not printed for leaving', () => {
    expect(toText({ event: 'leaving', reason: 'SIGINT' }, 0, true)).toBeUndefined();
  });
});
