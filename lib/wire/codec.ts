import { Packr, RESET_BUFFER_MODE } from 'msgpackr/pack';
import { Unpackr } from 'msgpackr/unpack';
import { type Burst, type Kind, type Message, messagesOf, messageTable } from '../protocol/messages.ts';
import { type Column, type KindCodec, readColumns, writeColumns } from './columns.ts';
import { prefix, writePrefix } from './frame.ts';
import { rememberGossip } from './gossip.ts';
import { readIHave, writeIHave } from './ihave.ts';
import { kinds } from './kinds.ts';
import { frameLimit, isUint, longest } from './limits.ts';
import { readPing, writePing } from './ping.ts';
import { Refused } from './refused.ts';
import { createSlab } from './slab.ts';
import { walk } from './walk.ts';
import { writeBurst } from './write-burst.ts';
import { rememberShape, writeGossip } from './write-gossip.ts';

export type Decoded =
  | { readonly ok: true; readonly message: Message }
  /** A type this build does not know: a newer peer's. To be counted, and otherwise passed over. */
  | { readonly ok: false; readonly ignored: number; readonly reason?: undefined }
  /** Not a message: why, in plain ASCII and under 255 bytes, naming the field. */
  | { readonly ok: false; readonly ignored?: undefined; readonly reason: string };

export interface Codec {
  /**
   * The message as a frame, length first. The bytes are never written again: they may be kept, and shared
   * between links. Throws a RangeError when the message breaks a limit, since every receiver would refuse it.
   */
  encode(message: Message): Uint8Array;
  /** Its messages as BURSTs, one after the other, and as GOSSIPs where there is one by itself or with a proof. */
  encodeBurst(burst: Burst): Uint8Array;
  /** The message in a frame's body, `bytes[start, end)`. Keeps nothing of `bytes`; never throws. */
  decode(bytes: Uint8Array, start: number, end: number): Decoded;
  /** Longest frame body it writes or should be given: what the framer is to take. */
  readonly maxFrame: number;
  readonly maxPayload: number;
}

interface Layout {
  readonly type: string;
  readonly code: number;
  readonly columns: readonly Column[];
}

/** Plain msgpack only: no records, no extensions. `walk` sees to it that the unpacker never meets any. */
const packr = new Packr({ useRecords: false, structuredClone: false });
const unpackr = new Unpackr({ useRecords: false, structuredClone: false, int64AsType: 'number' });
const memory = createSlab();

/** One codec for all peers of a process that take the same payloads: it has no state of theirs. */
export function codecFor({ maxPayload }: { readonly maxPayload: number }): Codec {
  const codec = codecs.get(maxPayload) ?? createCodec({ maxPayload });
  codecs.set(maxPayload, codec);
  return codec;
}

const codecs = new Map<number, Codec>();

const quickly = { write: writeGossip, writeBurst, writePing, readPing, writeIHave, readIHave };

/**
 * Turns messages into frames and back, after the rows of `messageTable`: `[code, ...fields]` in msgpack. `quick`
 * writes and reads what it can without looking at the table; the specs do without, to compare.
 */
export function createCodec(
  { maxPayload }: { readonly maxPayload: number },
  quick: Partial<typeof quickly> = quickly,
): Codec {
  const maxFrame = frameLimit(maxPayload);
  const layouts = Object.entries<{ code: number; fields: Readonly<Record<string, Kind>> }>(messageTable).map(
    ([type, { code, fields }]): Layout => ({
      type,
      code,
      columns: Object.entries(fields).map(([name, kind]) => ({
        name,
        longest: longest(kind, name, maxPayload),
        kind: kinds[kind] as KindCodec<unknown>,
      })),
    }),
  );
  const byType = new Map(layouts.map((layout) => [layout.type, layout]));
  const byCode = new Map(layouts.map((layout) => [layout.code, layout]));

  const encodeQuickly = (message: Message): Uint8Array | undefined => {
    if (message.type === 'gossip') return quick.write?.(message, maxPayload, memory);
    if (message.type === 'ihave') return quick.writeIHave?.(message, memory);
    if (message.type === 'ping' || message.type === 'pong') return quick.writePing?.(message, memory);
    return undefined;
  };

  const encode = (message: Message): Uint8Array => {
    const written = encodeQuickly(message);
    if (written !== undefined) return written;
    const layout = byType.get(message.type)!;
    const values: unknown[] = [layout.code];
    try {
      writeColumns(layout.columns, message, values);
    } catch (error) {
      throw error instanceof Refused ? new RangeError(reasonOf(layout, error)) : error;
    }
    // msgpackr's result lies in a slab four times the size of the largest one yet. A frame may be kept for long
    // (outboxes, the store), so it gets memory of its own and the slab is written over the next time.
    const packed = packr.pack(values, RESET_BUFFER_MODE);
    const frame = memory(prefix + packed.length);
    writePrefix(frame, packed.length);
    frame.set(packed, prefix);
    if (message.type === 'gossip') rememberShape(message, frame);
    return frame;
  };

  return {
    maxFrame,
    maxPayload,
    encode,
    encodeBurst: (burst) =>
      quick.writeBurst?.(burst, maxPayload, memory) ?? Buffer.concat(messagesOf(burst).map(encode)),

    decode(bytes, start, end) {
      const read = quick.readPing?.(bytes, start, end) ?? quick.readIHave?.(bytes, start, end);
      if (read !== undefined) return { ok: true, message: read };
      const malformed = walk(bytes, start, end);
      if (malformed !== undefined) return { ok: false, reason: malformed };
      let layout: Layout | undefined;
      try {
        // In a view of its own: msgpackr notes a DataView on what it reads, which makes another kind of object of it, and what V8
        // has compiled for the frames of plain messages beside it is then compiled again.
        const values: unknown = unpackr.unpack(bytes.subarray(start, end));
        if (!Array.isArray(values)) throw new Refused('a list', values);
        const code: unknown = values[0];
        if (!isUint(code)) throw new Refused('a message type', code);
        layout = byCode.get(code);
        if (layout === undefined) return { ok: false, ignored: code };
        const message: Record<string, unknown> = { type: layout.type };
        readColumns(layout.columns, values, 1, message);
        const whole = message as Message;
        if (whole.type === 'gossip' || whole.type === 'burst') rememberGossip(whole);
        return { ok: true, message: whole };
      } catch (error) {
        return { ok: false, reason: error instanceof Refused ? reasonOf(layout, error) : 'not readable' };
      }
    },
  };
}

function reasonOf(layout: Layout | undefined, refused: Refused): string {
  return `${layout?.type ?? 'frame'}${refused.where}: ${refused.message}`;
}
