/** A publisher waits for the reply to what it sent so many bytes ago: always some on their way, never without end. */
const windowBytes = 64 * 1024;

/** Counts what is sent; after each window `reply` is asked for a new promise, and the one before is to be awaited. */
export function windowed(reply: () => Promise<unknown>) {
  let size = 0;
  let before: Promise<unknown> | undefined;
  return (bytes: number): Promise<unknown> | undefined => {
    size += bytes;
    if (size < windowBytes) return undefined;
    size = 0;
    const wait = before;
    before = reply();
    return wait;
  };
}
