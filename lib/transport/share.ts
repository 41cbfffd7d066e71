import type { Socket } from 'node:net';
import type { Share } from './transport.ts';

/**
 * libuv reads a socket that is never empty 32 times, which is 2 MiB, before it looks at another one or at a timer. Small
 * messages in such number are 100 ms of work, and all other links wait for it. So a link that took this long, in
 * milliseconds, goes on in the next iteration of the loop: with what was read already, if that is dear. A single chunk of
 * IHAVEs with made-up ids was 50 to 100 ms.
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

export interface Reading extends Share {
  readonly take: (chunk: Uint8Array) => void;
  /** Pauses the socket, for a moment at most, or has it go on. */
  readonly hold: (on: boolean) => void;
}

/** Has `next` called with each chunk of the socket, and the socket paused when it has had its share of an iteration. */
export function fairly(socket: Socket, next: (chunk: Uint8Array) => void): Reading {
  let last = iteration;
  let taken = 0;
  let held: NodeJS.Timeout | undefined;
  /** When the chunk that is being taken was given; Infinity between two of them. */
  let begun = Infinity;
  let rest: Uint8Array | undefined;
  /** It has had its share, and goes on with the next iteration. */
  let isSated = false;
  const resume = () => {
    if (!socket.destroyed && held === undefined && !isSated) socket.resume();
  };
  const goOn = () => {
    isSated = false;
    const bytes = rest;
    rest = undefined;
    if (bytes !== undefined && !socket.destroyed) take(bytes);
    resume();
  };
  const letGo = () => {
    held = undefined;
    resume();
  };
  const take = (chunk: Uint8Array): void => {
    if (isSated) {
      rest = Buffer.concat(rest === undefined ? [chunk] : [rest, chunk]);
      return;
    }
    if (last !== iteration) {
      last = iteration;
      taken = 0;
    }
    begun = performance.now();
    next(chunk);
    taken += performance.now() - begun;
    begun = Infinity;
    if (taken < LITTLE) return;
    if (!isCounting) {
      isCounting = true;
      setImmediate(count);
    }
    if (taken < SHARE) return;
    isSated = true;
    socket.pause();
    // What is asked for while sockets are read comes in the same iteration: timers and the other sockets would wait for the rest too.
    setImmediate(rest === undefined ? goOn : () => setImmediate(goOn));
  };
  const isSpent = () => taken + (performance.now() - begun) >= SHARE;
  const putBack = (bytes: Uint8Array) => (rest = new Uint8Array(bytes)); // not slice: that of a Buffer is a view
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
  return { take, hold, isSpent, putBack };
}
