import fc from 'fast-check';
import { Packr } from 'msgpackr/pack';
import type { Announcement, MessageOf } from '../../lib/protocol/messages.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { prefix } from '../../lib/wire/frame.ts';
import { readIHave, writeIHave } from '../../lib/wire/ihave.ts';
import { limits } from '../../lib/wire/limits.ts';
import { messageOf } from '../support/messages.ts';

const maxPayload = 1024;
const codec = createCodec({ maxPayload });
/** The same without what is quick. */
const general = createCodec({ maxPayload }, {});

const memory = (length: number) => new Uint8Array(length);
const anIHave = messageOf('ihave', maxPayload) as fc.Arbitrary<MessageOf<'ihave'>>;

const row: Announcement = {
  origin: 'ab'.repeat(16),
  epoch: 1_795_384_279_836,
  first: 127,
  last: 70_000,
  hop: 1,
};
const rows = (count: number): MessageOf<'ihave'> => ({
  type: 'ihave',
  ids: new Array<Announcement>(count).fill(row),
});

describe('an IHAVE', () => {
  it('is written as the general writer does, and read as the general reader does', () => {
    fc.assert(
      fc.property(anIHave, (message) => {
        const frame = general.encode(message);
        expect(writeIHave(message, memory)).toEqual(Uint8Array.from(frame));
        expect(readIHave(frame, prefix, frame.length)).toEqual(message);
      }),
      { numRuns: 1000 },
    );
  });

  it('has numbers of every size', () => {
    for (const last of [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
      const message: MessageOf<'ihave'> = { type: 'ihave', ids: [{ ...row, first: 0, last, hop: last }] };
      const frame = general.encode(message);
      expect(writeIHave(message, memory)).toEqual(Uint8Array.from(frame));
      expect(readIHave(frame, prefix, frame.length)).toEqual(message);
    }
  });

  it('is what the general reader makes of it when bytes are changed, missing or too many', () => {
    const changes = fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 2 });
    fc.assert(
      fc.property(anIHave, changes, fc.integer({ min: -3, max: 3 }), (message, changed, longer) => {
        const frame = Uint8Array.from(codec.encode(message));
        for (const [at, byte] of changed) if (prefix + at < frame.length) frame[prefix + at] = byte;
        const stream = Uint8Array.from([...frame, ...frame]);
        const end = frame.length + longer;
        expect(codec.decode(stream, prefix, end)).toEqual(general.decode(stream, prefix, end));
      }),
      { numRuns: 10_000 },
    );
  });

  it('of more rows than may be is neither written nor read', () => {
    const most = codec.encode(rows(limits.rows));
    expect(readIHave(most, prefix, most.length)).toEqual(rows(limits.rows));
    expect(() => codec.encode(rows(limits.rows + 1))).toThrow(`a list of at most ${limits.rows}`);
    const { epoch, first, last, hop } = row;
    const values = [new Uint8Array(16).fill(0xab), epoch, first, last, hop];
    const packed = new Packr({ useRecords: false }).pack([17, new Array(limits.rows + 1).fill(values)]);
    expect(readIHave(packed, 0, packed.length)).toBeUndefined();
    expect(general.decode(packed, 0, packed.length)).toMatchObject({ ok: false });
  });

  it.each([
    ['ends before it begins', { ...row, first: 5, last: 4 }, 'ihave.ids[0].last'],
    ['is not whole', { ...row, last: 70_000.5 }, 'ihave.ids[0].last'],
    ['is below 0', { ...row, first: -1 }, 'ihave.ids[0].first'],
    ['is no number', { ...row, hop: NaN }, 'ihave.ids[0].hop'],
    ['is of nobody', { ...row, origin: 'x' }, 'ihave.ids[0].origin'],
  ])('with a run that %s is refused as by the general writer', (_, wrong, where) => {
    expect(() => codec.encode({ type: 'ihave', ids: [wrong] })).toThrow(where);
  });
});
