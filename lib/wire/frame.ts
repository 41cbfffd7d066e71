/** Bytes before each frame: its length, big-endian. */
export const prefix = 4;

/** The buffer that collects a frame is given back above this size: a thousand idle links must not hold a frame each. */
const keep = 64 * 1024;

/** Gets one frame, `bytes[start, end)`, valid during the call only. True when the next is to wait. */
export type OnFrame = (bytes: Uint8Array, start: number, end: number) => unknown;

export interface Framer {
  /**
   * Takes what a link read, cut anywhere, and hands out the frames that it completes. A frame that lies whole
   * in the chunk is handed out where it is; only a part is copied, so the chunk may be reused afterwards.
   * Returns how much of the chunk it has taken, which is all but when `onFrame` would have the next frame wait: the rest is
   * then to be pushed again. Or returns why the stream can't be read on (then the framer is spent).
   * When `onFrame` throws the framer is spent too, and a push from inside `onFrame` is refused: bytes would be
   * missing or out of order.
   */
  push(chunk: Uint8Array, onFrame: OnFrame): number | string;
}

/**
 * Cuts a stream of bytes into frames of 1 to `maxFrame` bytes, each after its 4-byte length. The first may be shorter
 * still: a stranger, who has not said HELLO, has nothing long to say.
 */
export function createFramer(maxFrame: number, maxFirst = maxFrame): Framer {
  let longest = maxFirst;
  let held = new Uint8Array(0);
  let size = 0;
  let spent: string | undefined;
  let waits = false;

  /** Appends `chunk[from, to)`. Memory is bought for bytes that came, never for the length somebody claims. */
  function hold(chunk: Uint8Array, from: number, to: number): void {
    const needed = size + to - from;
    if (needed > held.length) {
      const grown = new Uint8Array(Math.max(256, needed, Math.min(held.length * 2, prefix + maxFrame)));
      grown.set(held.subarray(0, size));
      held = grown;
    }
    held.set(chunk.subarray(from, to), size);
    size = needed;
  }

  function refusal(length: number): string | undefined {
    if (length === 0) return 'frame of 0 bytes';
    if (length > longest && isTls(length)) return tlsInstead;
    if (length <= longest) return undefined;
    return `frame of ${length} bytes, at most ${longest} are taken${longest < maxFrame ? ' before a HELLO' : ''}`;
  }

  function handOut(bytes: Uint8Array, start: number, end: number, onFrame: OnFrame): void {
    longest = maxFrame;
    waits = onFrame(bytes, start, end) === true;
  }

  /** Goes on with the frame begun in earlier chunks; returns how much of this chunk that took, or a reason. */
  function finish(chunk: Uint8Array, onFrame: OnFrame): number | string {
    let at = 0;
    if (size < prefix) {
      at = Math.min(prefix - size, chunk.length);
      hold(chunk, 0, at);
      if (size < prefix) return at;
    }
    const length = readLength(held, 0);
    const reason = refusal(length);
    if (reason !== undefined) return reason;
    const end = prefix + length;
    const rest = Math.min(end - size, chunk.length - at);
    hold(chunk, at, at + rest);
    if (size === end) {
      const bytes = held;
      size = 0;
      if (held.length > keep) held = new Uint8Array(0);
      handOut(bytes, prefix, end, onFrame);
    }
    return at + rest;
  }

  function take(chunk: Uint8Array, onFrame: OnFrame): number | string {
    const taken = size > 0 ? finish(chunk, onFrame) : 0;
    if (typeof taken === 'string') return taken;
    let at = taken;
    while (!waits && chunk.length - at >= prefix) {
      const length = readLength(chunk, at);
      const reason = refusal(length);
      if (reason !== undefined) return reason;
      const end = at + prefix + length;
      if (end > chunk.length) break;
      handOut(chunk, at + prefix, end, onFrame);
      at = end;
    }
    if (waits) return at;
    if (at < chunk.length) hold(chunk, at, chunk.length);
    return chunk.length;
  }

  return {
    push(chunk, onFrame) {
      if (spent !== undefined) return spent;
      spent = 'pushed while a frame was being handled, or after one could not be';
      waits = false;
      const taken = take(chunk, onFrame);
      spent = typeof taken === 'string' ? taken : undefined;
      return taken;
    },
  };
}

/** A TLS record, of type alert or handshake and of any version 3.x, read as a length. */
const isTls = (length: number) => length >>> 16 === 0x1503 || length >>> 16 === 0x1603;
const tlsInstead =
  'it speaks TLS, this peer does not: give it --secret-file or --tls-cert, as its peers have';

function readLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Writes what stands before a frame's body. */
export function writePrefix(to: Uint8Array, length: number, at = 0): void {
  to[at] = length >>> 24;
  to[at + 1] = length >>> 16;
  to[at + 2] = length >>> 8;
  to[at + 3] = length;
}
