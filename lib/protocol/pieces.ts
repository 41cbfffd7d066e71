/**
 * The payloads of messages that came together, packed: a view each would have to be made for every message, by whoever
 * reads them, and be looked into by whoever keeps them. Made are as few pieces of memory as there may be, and a view
 * when the application, or the next link, is given the message.
 */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Where each payload begins and ends in them, in order. What lies between two is of no interest. */
  readonly edges: readonly number[];
}

/** A piece that is one payload. */
export const pieceOf = (payload: Uint8Array): Piece => ({ bytes: payload, edges: [0, payload.length] });

/** What lies in it from here to there; no view is made of the whole. */
export const between = ({ bytes }: Piece, start: number, end: number): Uint8Array =>
  end - start === bytes.length ? bytes : bytes.subarray(start, end);

/** Its first payload. */
export const firstOf = (piece: Piece): Uint8Array => between(piece, piece.edges[0]!, piece.edges[1]!);

export function countOf(pieces: readonly Piece[]): number {
  let count = 0;
  for (const { edges } of pieces) count += edges.length / 2;
  return count;
}

/** Of the payloads. */
export function bytesOf(pieces: readonly Piece[]): number {
  let bytes = 0;
  for (const { edges } of pieces)
    for (let i = 0; i < edges.length; i += 2) bytes += edges[i + 1]! - edges[i]!;
  return bytes;
}

/** Those payloads of them, from this number on. */
export function sliced(pieces: readonly Piece[], from: number, count: number): readonly Piece[] {
  const some: Piece[] = [];
  let nr = 0;
  for (const { bytes, edges } of pieces) {
    const next = nr + edges.length / 2;
    const [start, end] = [Math.max(from, nr), Math.min(from + count, next)];
    if (start < end) some.push({ bytes, edges: edges.slice(2 * (start - nr), 2 * (end - nr)) });
    nr = next;
  }
  return some;
}

/** Calls `take` with each payload, in order, and its number. */
export function eachPayload(pieces: readonly Piece[], take: (payload: Uint8Array, nr: number) => void): void {
  let nr = 0;
  for (const { bytes, edges } of pieces) {
    if (edges.length === 2 && edges[1]! - edges[0]! === bytes.length) {
      take(bytes, nr++);
      continue;
    }
    const { buffer, byteOffset } = bytes;
    for (let i = 0; i < edges.length; i += 2)
      take(new Uint8Array(buffer, byteOffset + edges[i]!, edges[i + 1]! - edges[i]!), nr++);
  }
}
