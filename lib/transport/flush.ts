/**
 * One setImmediate for all links of the process: what was written in a turn leaves as one system call per
 * link, and a relay's fan-out costs one timer instead of one per link (5 to 11 times a write per frame).
 */
let waiting: Flush[] | undefined; // none between turns, as an outbox in `tcp-link.ts`

/**
 * After so many milliseconds without a write a turn is calm: what is written first to each link leaves at once. There is
 * hardly anything that could go with it, and to wait for the end of the turn was 25 of the 80 us that a message took from
 * `publish` to its first system call.
 */
const CALM = 1;

/** When something was last written. */
let flushedAt = 0;

/** Who has had its first write of a calm turn; none in any other. */
let early: Set<Flush> | undefined;

/** `isOver`: is it the end of the turn? */
export type Flush = (isOver: boolean) => void;

/**
 * Calls `flush` at the end of the current turn of the event loop, and in a calm one also now. The caller asks when there is something,
 * and not again before the call.
 */
export function flushSoon(flush: Flush): void {
  if (waiting === undefined) {
    waiting = [];
    if (performance.now() - flushedAt >= CALM) early = new Set();
    setImmediate(flushAll);
  }
  if (early === undefined) waiting.push(flush);
  else if (!early.has(flush)) {
    early.add(flush);
    waiting.push(flush);
    flush(false);
  }
}

function flushAll(): void {
  const flushes = waiting!;
  waiting = early = undefined;
  for (const flush of flushes) flush(true);
  latest = undefined;
  flushedAt = performance.now();
}

/**
 * From here on copying costs more than one more entry in the writev. Sender's CPU a frame to 5 links, median of 5:
 * 256 B joined 0.31 us, not joined 0.47; 1 KiB 1.06 against 0.77. In between was not measured.
 */
const LARGE = 512;

/** What was joined for one link. A broadcast leaves the same frames for the others, so they share the copy as well. */
let latest: { readonly pieces: readonly Uint8Array[]; readonly joined: readonly Uint8Array[] } | undefined;

/** Joins runs of small pieces into one; large ones stay as they are, shared with the other links they go to. */
export function join(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.length === 1) return pieces;
  if (latest === undefined || !areSame(latest.pieces, pieces)) latest = { pieces, joined: joinRuns(pieces) };
  return latest.joined;
}

const areSame = (some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean =>
  some.length === others.length && some.every((piece, i) => piece === others[i]);

function joinRuns(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  const pieces = touching(frames);
  const joined: Uint8Array[] = [];
  let run: Uint8Array[] = [];
  const endRun = (): void => {
    if (run.length > 0) joined.push(run.length === 1 ? run[0]! : Buffer.concat(run));
    run = [];
  };
  for (const piece of pieces) {
    if (piece.length < LARGE) run.push(piece);
    else {
      endRun();
      joined.push(piece);
    }
  }
  endRun();
  return joined;
}

/** What lies one after the other in memory, as frames made one after the other do, is one piece already. */
function touching(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let first = 0, next = 1; first < frames.length; first = next++) {
    const { buffer, byteOffset, length } = frames[first]!;
    let end = byteOffset + length;
    for (; next < frames.length; next++) {
      const frame = frames[next]!;
      if (frame.buffer !== buffer || frame.byteOffset !== end) break;
      end += frame.length;
    }
    pieces.push(next === first + 1 ? frames[first]! : new Uint8Array(buffer, byteOffset, end - byteOffset));
  }
  return pieces;
}
