import { messageTable, type Announcement, type MessageOf } from '../protocol/messages.ts';
import { prefix, writePrefix } from './frame.ts';
import { bytesFromId, idFromBytes, isIdAt } from './ids.ts';
import { isUint, limits } from './limits.ts';
import {
  listHeader,
  listToken,
  readListHeader,
  readUint,
  uintLength,
  uintSize,
  writeBin,
  writeListHeader,
  writeUint,
} from './tokens.ts';

/**
 * Every neighbor says an IHAVE each 50 ms while anything is said at all, and all of them at about the same time: what the general
 * reader and writer (`codec.ts`) do for one is what a payload that comes just then waits for. So it is written and read here, in
 * the same bytes, and what is wrong with one is left to them; `spec/wire/ihave.spec.ts` compares.
 */

type IHave = MessageOf<'ihave'>;

const { code } = messageTable.ihave;
const listOfTwo = listToken(2);
const listOfFive = listToken(5);
/** What comes before the numbers of a row: the token of the list, those of the origin and its length, the origin. */
const rowHead = 3 + limits.id;

/** Undefined when the general writer is to do it. */
export function writeIHave({ ids }: IHave, memory: (length: number) => Uint8Array): Uint8Array | undefined {
  if (ids.length > limits.rows) return undefined;
  let size = 2 + listHeader(ids.length);
  for (const row of ids) {
    if (!isRow(row) || bytesFromId(row.origin) === undefined) return undefined;
    const { epoch, first, last, hop } = row;
    size += rowHead + uintLength(epoch) + uintLength(first) + uintLength(last) + uintLength(hop);
  }
  const frame = memory(prefix + size);
  writePrefix(frame, size);
  frame[prefix] = listOfTwo;
  frame[prefix + 1] = code;
  let at = writeListHeader(ids.length, frame, prefix + 2);
  for (const { origin, epoch, first, last, hop } of ids) {
    frame[at] = listOfFive;
    at = writeBin(bytesFromId(origin)!, frame, at + 1);
    at = writeUint(epoch, frame, at);
    at = writeUint(first, frame, at);
    at = writeUint(last, frame, at);
    at = writeUint(hop, frame, at);
  }
  return frame;
}

/** Undefined when the general reader is to do it. */
export function readIHave(bytes: Uint8Array, start: number, end: number): IHave | undefined {
  if (bytes[start] !== listOfTwo || bytes[start + 1] !== code) return undefined;
  const [count, from] = readListHeader(bytes, start + 2);
  if (!(count <= limits.rows)) return undefined;
  let at = from;
  const next = (): number => {
    const value = readUint(bytes, at);
    at += uintSize(bytes[at]!);
    return value;
  };
  const ids: Announcement[] = [];
  for (let i = 0; i < count; i++) {
    if (bytes[at] !== listOfFive || !isIdAt(bytes, at + 1)) return undefined;
    if (at + rowHead > end) return undefined;
    const origin = idFromBytes(bytes, at + 3);
    at += rowHead;
    const row = { origin, epoch: next(), first: next(), last: next(), hop: next() };
    if (!isRow(row)) return undefined;
    ids.push(row);
  }
  return at === end ? { type: 'ihave', ids } : undefined;
}

const isRow = ({ epoch, first, last, hop }: Announcement): boolean =>
  isUint(epoch) && isUint(first) && isUint(last) && isUint(hop) && first <= last;
