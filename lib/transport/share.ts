import type { Socket } from 'node:net';

/**
 * libuv reads a socket that is never empty 32 times, which is 2 MiB, before it looks at another one or at a timer. Small
 * messages in such number are 100 ms of work, and all other links wait for it. So a link that took this long, in
 * milliseconds, goes on in the next iteration of the loop.
 */
const SHARE = 4;

/** So little need not be counted in the iteration that it is of: an idle link would pay an immediate for each frame. */
const LITTLE = SHARE / 8;

let iteration = 0;
let isCounting = false;

const count = (): void => {
  iteration++;
  isCounting = false;
};

/** How long a link that is held is not read at most, in milliseconds: so short that two that hold each other get on. */
const MOMENT = 20;

export interface Reading {
  readonly take: (chunk: Uint8Array) => void;
  /** Pauses the socket, for a moment at most, or has it go on. */
  readonly hold: (on: boolean) => void;
}

/** Has `next` called with each chunk of the socket, and the socket paused when it has had its share of an iteration. */
export function fairly(socket: Socket, next: (chunk: Uint8Array) => void): Reading {
  let last = iteration;
  let taken = 0;
  let held: NodeJS.Timeout | undefined;
  const goOn = () => {
    if (!socket.destroyed && held === undefined) socket.resume();
  };
  const letGo = () => {
    held = undefined;
    goOn();
  };
  const take = (chunk: Uint8Array): void => {
    if (last !== iteration) {
      last = iteration;
      taken = 0;
    }
    const begun = performance.now();
    const before = taken;
    next(chunk);
    taken += performance.now() - begun;
    if (taken < LITTLE) return;
    if (!isCounting) {
      isCounting = true;
      setImmediate(count);
    }
    if (before >= SHARE || taken < SHARE) return;
    socket.pause();
    setImmediate(goOn);
  };
  const hold = (on: boolean) => {
    if (on === (held !== undefined) || socket.destroyed) return;
    if (on) {
      socket.pause();
      held = setTimeout(letGo, MOMENT);
    } else {
      clearTimeout(held);
      letGo();
    }
  };
  return { take, hold };
}
