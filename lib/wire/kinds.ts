import {
  noProof,
  type Announcement,
  type Contact,
  type Kind,
  type Kinds,
  type Mark,
  type PeerId,
  type Run,
} from '../protocol/messages.ts';
import { type Column, type KindCodec, readColumns, writeColumns } from './columns.ts';
import { bytesFromId, idFromBytes } from './ids.ts';
import { keep } from './keep.ts';
import { isAddress, isText, isUint, limits } from './limits.ts';
import { Refused, within } from './refused.ts';

/** A kind whose value is the same in the message and in msgpack. */
function plain<T>(
  is: (value: unknown, longest: number) => value is T,
  expected: (longest: number) => string,
): KindCodec<T> {
  const check = (value: unknown, longest: number): T => {
    if (!is(value, longest)) throw new Refused(expected(longest), value);
    return value;
  };
  return { read: check, write: check };
}

const flag = plain(
  (value) => typeof value === 'boolean',
  () => 'true or false',
);
const uint = plain(isUint, () => 'an integer of 0..2^53-1');
const text = plain(isText, (longest) => `text of at most ${longest} bytes`);
const address = plain(isAddress, () => `an address of at most ${limits.text} bytes`);

const id: KindCodec<PeerId> = {
  read(value) {
    if (!(value instanceof Uint8Array) || value.length !== limits.id) {
      throw new Refused(`an id of ${limits.id} bytes`, value);
    }
    return idFromBytes(value);
  },
  write(value) {
    const bytes = bytesFromId(value);
    if (bytes === undefined) throw new Refused(`an id of ${limits.id * 2} hex digits`, value);
    return bytes;
  },
};

function isBytes(value: unknown, longest: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= longest;
}

const bytesHere = plain(isBytes, (longest) => `at most ${longest} bytes`);

/** Not more together than one may have alone: they have to fit in a frame. */
function arePayloads(values: unknown, longest: number): values is readonly Uint8Array[] {
  if (!Array.isArray(values) || values.length === 0 || values.length > limits.payloads) return false;
  let left = longest;
  return values.every((value) => isBytes(value, left) && (left -= value.length) >= 0);
}

const payloadsHere = plain(
  arePayloads,
  (longest) => `1 to ${limits.payloads} payloads of at most ${longest} bytes together`,
);

const bytes: KindCodec<Uint8Array> = {
  // msgpackr's binaries are views of the read buffer, which the link reuses: what is kept is copied.
  read: (value, longest) => keep(bytesHere.read(value, longest)),
  write: bytesHere.write,
};

const payloads: KindCodec<readonly Uint8Array[]> = {
  read: (values, longest) => payloadsHere.read(values, longest).map(keep),
  write: payloadsHere.write,
};

/** A public key and a signature: Ed25519's 32 and 64 bytes. */
const proofLength = 96;

const isProof = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && (value.length === 0 || value.length === proofLength);

const proofHere = plain(isProof, () => `a proof of ${proofLength} bytes, or of none`);

/** A message that ends before its proof has none: that is what is sent by whoever does not know of them. */
const proof: KindCodec<Uint8Array> = {
  read: (value, longest) => {
    const found = value === undefined ? noProof : proofHere.read(value, longest);
    return found.length === 0 ? noProof : new Uint8Array(found);
  },
  write: proofHere.write,
};

function list<T>(one: KindCodec<T>): KindCodec<readonly T[]> {
  const each = <To>(values: unknown, longest: number, turn: (value: T, longest: number) => To): To[] => {
    if (!Array.isArray(values) || values.length > longest) {
      throw new Refused(`a list of at most ${longest}`, values);
    }
    const turned: To[] = [];
    try {
      for (const value of values) turned.push(turn(value as T, 0));
    } catch (error) {
      throw within(`[${turned.length}]`, error);
    }
    return turned;
  };
  return {
    read: (values, longest) => each(values, longest, one.read),
    write: (values, longest) => each(values, longest, one.write),
  };
}

/** A string of a row is an id, but for what is called `address`. */
type RowFields<T> = {
  [F in keyof T & string]: T[F] extends number ? 'uint' : F extends 'address' ? 'address' : 'id';
};

/** A row of a list: the values of these fields in this order. `low` may not be above `high`. */
function row<T extends object>(
  fields: RowFields<T>,
  low?: keyof T & string,
  high?: keyof T & string,
): KindCodec<T> {
  const columns = Object.entries<'uint' | 'id' | 'address'>(fields).map(([name, kind]): Column => ({
    name,
    longest: kind === 'address' ? limits.text : 0,
    kind: { id, uint, address }[kind] as KindCodec<unknown>,
  }));
  const check = (record: T): T => {
    if (low !== undefined && high !== undefined && record[low] > record[high]) {
      throw within(`.${high}`, new Refused(`${low} (${String(record[low])}) or more`, record[high]));
    }
    return record;
  };
  return {
    read(value) {
      if (!Array.isArray(value)) throw new Refused(`a list of ${columns.length}`, value);
      const record = {};
      readColumns(columns, value, 0, record);
      return check(record as T);
    },
    write(record) {
      const values: unknown[] = [];
      writeColumns(columns, check(record), values);
      return values;
    },
  };
}

/** How every kind of field is read and written. A new kind is a new row here and in `Kinds`. */
export const kinds: { readonly [K in Kind]: KindCodec<Kinds[K]> } = {
  flag,
  uint,
  text,
  id,
  address,
  bytes,
  payloads,
  proof,
  addresses: list(address),
  contacts: list(row<Contact>({ address: 'address', age: 'uint' })),
  runs: list(row<Run>({ origin: 'id', epoch: 'uint', first: 'uint', last: 'uint' }, 'first', 'last')),
  announcements: list(
    row<Announcement>(
      { origin: 'id', epoch: 'uint', first: 'uint', last: 'uint', hop: 'uint' },
      'first',
      'last',
    ),
  ),
  marks: list(row<Mark>({ origin: 'id', epoch: 'uint', low: 'uint', high: 'uint' }, 'low', 'high')),
};
