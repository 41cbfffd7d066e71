import fc from 'fast-check';
import { noProof, type Kind } from '../../lib/protocol/messages.ts';
import type { KindCodec } from '../../lib/wire/columns.ts';
import { kinds } from '../../lib/wire/kinds.ts';
import { longest } from '../../lib/wire/limits.ts';
import { Refused } from '../../lib/wire/refused.ts';
import { valueOf } from '../support/messages.ts';

const id = new Uint8Array(16).fill(0xab);
const name = 'ab'.repeat(16);
const everyKind = Object.keys(kinds) as Kind[];

const read = (kind: Kind, value: unknown) => kinds[kind].read(value, longest(kind, '', 1024));
const write = (kind: Kind, value: unknown) =>
  (kinds[kind] as KindCodec<unknown>).write(value, longest(kind, '', 1024));

/** The place and the reason of a refusal. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Refused) return `${error.where}: ${error.message}`;
    throw error;
  }
  return 'not refused';
}

test.each(everyKind)('a %s is read back as it was written', (kind) => {
  fc.assert(fc.property(valueOf(kind), (value) => expect(read(kind, write(kind, value))).toEqual(value)));
});

const refusals: [kind: Kind, value: unknown, reason: string][] = [
  ['flag', 1, ': expected true or false, got 1'],
  ['uint', -1, ': expected an integer of 0..2^53-1, got -1'],
  ['uint', 1.5, ': expected an integer of 0..2^53-1, got 1.5'],
  ['uint', 'x', ': expected an integer of 0..2^53-1, got "x"'],
  ['uint', null, ': expected an integer of 0..2^53-1, got nil'],
  ['uint', undefined, ': expected an integer of 0..2^53-1, got nothing'],
  ['text', id, ': expected text of at most 255 bytes, got 16 bytes'],
  [
    'text',
    'x'.repeat(256),
    `: expected text of at most 255 bytes, got "${'x'.repeat(32)}..." (256 characters)`,
  ],
  ['id', name, `: expected an id of 16 bytes, got "${name}"`],
  ['id', id.subarray(1), ': expected an id of 16 bytes, got 15 bytes'],
  ['address', 'nowhere', ': expected an address of at most 255 bytes, got "nowhere"'],
  ['bytes', 'text', ': expected at most 1024 bytes, got "text"'],
  ['bytes', new Uint8Array(1025), ': expected at most 1024 bytes, got 1025 bytes'],
  ['payloads', [], ': expected 1 to 256 payloads of at most 1024 bytes together, got a list of 0'],
  ['payloads', [id, 'x'], ': expected 1 to 256 payloads of at most 1024 bytes together, got a list of 2'],
  ['proof', new Uint8Array(64), ': expected a proof of 96 bytes, or of none, got 64 bytes'],
  ['proof', 'text', ': expected a proof of 96 bytes, or of none, got "text"'],
  ['addresses', {}, ': expected a list of at most 256, got a map'],
  ['addresses', [':1', false], '[1]: expected an address of at most 255 bytes, got false'],
  ['addresses', new Array(257).fill(''), ': expected a list of at most 256, got a list of 257'],
  ['runs', [[id, 1, 5, 5], 7], '[1]: expected a list of 4, got 7'],
  ['runs', [[id, 1, 5]], '[0].last: expected an integer of 0..2^53-1, got nothing'],
  ['runs', [[id, 1, 5, 4]], '[0].last: expected first (5) or more, got 4'],
  ['announcements', [[id, 1, 5, 5, -4]], '[0].hop: expected an integer of 0..2^53-1, got -4'],
  ['announcements', [[id, 1, 5, 4, 1]], '[0].last: expected first (5) or more, got 4'],
  [
    'announcements',
    new Array(1025).fill([id, 1, 5, 5, 4]),
    ': expected a list of at most 1024, got a list of 1025',
  ],
  ['marks', [[[], 1, 2, 3]], '[0].origin: expected an id of 16 bytes, got a list of 0'],
  ['marks', [[id, 1, 3, 2]], '[0].high: expected low (3) or more, got 2'],
];

test.each(refusals.map(([kind, value, reason]) => ({ kind, value, reason })))(
  'a $kind is refused$reason',
  ({ kind, value, reason }) => {
    expect(refusal(() => read(kind, value))).toBe(reason);
  },
);

test.each<[Kind, unknown]>([
  ['uint', 2 ** 53],
  ['text', 'x'.repeat(256)],
  ['id', name.toUpperCase()],
  ['id', `${name}00`],
  ['address', 'localhost'],
  ['bytes', new Uint8Array(1025)],
  ['proof', new Uint8Array(95)],
  ['addresses', new Array(257).fill(':1')],
  ['runs', [{ origin: name, epoch: 1, first: 2, last: 1 }]],
  ['marks', [{ origin: 'me', epoch: 1, low: 1, high: 1 }]],
])('a %s that every receiver would refuse is not written', (kind, value) => {
  expect(refusal(() => write(kind, value))).toContain('expected');
});

test('a row may be longer than we know: what follows is ignored', () => {
  expect(read('runs', [[id, 1, 2, 3, 'later']])).toEqual([{ origin: name, epoch: 1, first: 2, last: 3 }]);
});

test('a control character or a foreign letter never gets into a reason', () => {
  expect(refusal(() => read('uint', '\u001b[31mé'))).toBe(': expected an integer of 0..2^53-1, got "?[31m?"');
});

test('a proof that is not there at all is an empty one: as sent by who does not know of proofs', () => {
  expect([read('proof', undefined), read('proof', new Uint8Array(0))]).toEqual([noProof, noProof]);
});
