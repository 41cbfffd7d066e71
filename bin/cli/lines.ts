/** A line of input without its end, or one above the limit, of which only the size is known. */
export type Line =
  | { readonly number: number; readonly bytes: Uint8Array }
  | { readonly number: number; readonly size: number };

/**
 * Splits bytes at LF or CRLF, holding at most one chunk and one line of `limit` bytes. Lines are bytes, not
 * text: what is not UTF-8 passes unharmed. (`node:readline` holds lines of any length, decodes them, and also
 * splits at a lone CR and at U+2028.) The last line counts without its LF; nothing is read ahead of the caller.
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let number = 0;
  let line = collector(limit);
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      line.add(chunk.subarray(from, end));
      number += 1;
      yield { number, ...line.take() };
      line = collector(limit);
      from = end + 1;
    }
    line.add(chunk.subarray(from));
  }
  if (!line.isEmpty()) yield { number: number + 1, ...line.take() };
}

const LF = 0x0a;
const CR = 0x0d;

function collector(limit: number) {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let last = 0;
  return {
    isEmpty: () => size === 0,
    add(piece: Uint8Array): void {
      if (piece.length === 0) return;
      size += piece.length;
      last = piece[piece.length - 1] ?? 0;
      // One byte more than the limit may still turn out to be the CR of a CRLF.
      if (size <= limit + 1) pieces.push(piece);
      else pieces.length = 0;
    },
    take(): { bytes: Uint8Array } | { size: number } {
      const length = last === CR ? size - 1 : size;
      return length > limit ? { size: length } : { bytes: Buffer.concat(pieces, length) };
    },
  };
}
