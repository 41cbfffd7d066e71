import type { Happening } from '../../../bin/cli/happenings.ts';
import { toJson } from '../../../bin/cli/json.ts';
import { received, sent } from '../fake-peer.ts';

describe('--json', () => {
  const time = new Date('2024-05-06T07:08:09.010Z');
  const neighbor = { id: 'cd', address: 'a:1' };
  const id = { origin: 'ab'.repeat(16), epoch: 1700000000000, sequence: 7 };
  const documented: [Happening, object][] = [
    [
      { event: 'address', address: 'a:1', listening: '0.0.0.0:1' },
      { address: 'a:1', listening: '0.0.0.0:1' },
    ],
    [
      { event: 'connected', neighbor },
      { address: 'a:1', peer: 'cd' },
    ],
    [
      { event: 'disconnected', neighbor: { ...neighbor, reason: 'left' } },
      { address: 'a:1', peer: 'cd', reason: 'left' },
    ],
    [
      { event: 'sending', message: sent('x', ['a:1']) },
      { payload: 'x', topic: '', id, to: ['a:1'], lazy: [] },
    ],
    [
      { event: 'received', message: received('x', { topic: 't' }) },
      { payload: 'x', topic: 't', id, from: 'a:1', via: 'b:2', hops: 2 },
    ],
    [
      { event: 'received', message: received(new Uint8Array([0xff, 0])) },
      { payloadBase64: '/wA=', topic: '', id, from: 'a:1', via: 'b:2', hops: 2 },
    ],
    [{ event: 'leaving', reason: 'SIGINT' }, { reason: 'SIGINT' }],
  ];

  it.each(documented)('tells exactly what is documented of %j', (happening, fields) => {
    const line = toJson(happening, 1234.5678, time);
    const common = { event: happening.event, time: '2024-05-06T07:08:09.010Z', elapsed: 1.235 };
    expect(JSON.parse(line)).toEqual({ ...common, ...fields });
  });

  it('is one line, whatever is in it', () => {
    const line = toJson({ event: 'received', message: received('a\n\u2028\x1b') }, 0, time);
    expect(line).toContain('"payload":"a\\n\\u2028\\u001b"');
    expect(line).not.toMatch(/[\n\u2028]/);
  });
});
