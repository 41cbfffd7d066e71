import type { Subscription } from 'rxjs';
import type { Link } from './transport.ts';

/** Bytes, all of them. */
export interface OutboxLimits {
  /** What the link is given at once: what is given away can't be overtaken any more. */
  readonly window: number;
  /** From here on it is congested, until no more than a quarter of it waits. */
  readonly highWater: number;
  /** What holds so much takes no more: its bound is this and one frame. */
  readonly outboxLimit: number;
}

/**
 * - `congested`: so much waits that it should be given no more;
 * - `took`: it is congested, and the link has taken some of it: so who listens can tell a slow link from a stuck one;
 * - `relieved`: that is over;
 * - `stuck`: it holds its limit, and what it was just given is lost. Said once; the link is to be cut.
 */
export type Pressure = 'congested' | 'took' | 'relieved' | 'stuck';

/**
 * What waits for one link, in two lanes. Control frames are few, small, and somebody waits for their effect
 * (a PONG, a PRUNE): they pass what is queued. Payloads keep their order.
 */
export interface Outbox {
  /** Bytes written and not yet taken by the network. */
  bytes(): number;
  /** The bytes must not change afterwards: they may be shared with other outboxes. */
  write(frame: Uint8Array, lane: 'control' | 'payload'): void;
  /** Gives the link all that waits, and ends it. */
  end(): void;
}

/** The outbox of any Transport's link. `tell` may be called from within `write`, as its last act. */
export function createOutbox(
  link: Link,
  { window, highWater, outboxLimit }: OutboxLimits,
  tell: (pressure: Pressure) => void,
): Outbox {
  const control = createQueue();
  const payload = createQueue();
  const lowWater = highWater / 4;
  const free = Math.min(window, highWater);
  let queued = 0;
  let watching: Subscription | undefined;
  let congested = false;
  let stuck = false;
  /** The link holds no more than this. To ask it costs as much as to give it a small frame: it is asked when this is too much. */
  let most = Infinity;

  const give = (upTo: number): void => {
    most = Infinity;
    while (queued > 0 && link.buffered() < upTo) {
      const frame = control.take() ?? payload.take()!;
      queued -= frame.length;
      link.write(frame);
    }
  };

  const drained = (): void => {
    const left = queued;
    give(window);
    if (!congested) return;
    congested = left > lowWater;
    tell(congested ? 'took' : 'relieved');
  };
  // Only from the first time on that something waits: an idle link costs nothing.
  const watch = () => (watching ??= link.drain$.subscribe({ next: drained, error: () => undefined }));

  return {
    bytes: () => queued + link.buffered(),
    write(frame, lane) {
      if (queued === 0 && !congested && most + frame.length < free) {
        most += frame.length;
        link.write(frame);
        return;
      }
      const given = link.buffered();
      const before = queued + given;
      if (before >= outboxLimit) {
        if (stuck) return;
        stuck = true;
        tell('stuck');
        return;
      }
      if (queued === 0 && given < window) {
        most = given + frame.length;
        link.write(frame);
      } else {
        (lane === 'control' ? control : payload).put(frame);
        queued += frame.length;
        watch();
      }
      if (congested || before + frame.length < highWater) return;
      congested = true;
      watch();
      tell('congested');
    },
    end() {
      give(Infinity);
      link.end();
    },
  };
}

/** First in, first out, in constant time: `shift()` on an array of tens of thousands moves them all. */
function createQueue() {
  const frames: (Uint8Array | undefined)[] = [];
  let first = 0;
  return {
    put: (frame: Uint8Array): void => void frames.push(frame),
    take(): Uint8Array | undefined {
      const frame = frames[first];
      if (frame === undefined) return undefined;
      frames[first] = undefined;
      first += 1;
      if (first * 2 >= frames.length) {
        frames.splice(0, first);
        first = 0;
      }
      return frame;
    },
  };
}
