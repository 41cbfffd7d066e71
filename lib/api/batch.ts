/**
 * What is said without waiting, collected: the first message of a turn of the event loop goes on at once, and those that
 * follow it together when the turn is over, or when they are enough. For a small message the way through the peer's loop
 * costs several times what is then done with it. A peer that says one thing at a time is not slower for it.
 */
export interface Batch {
  add(payload: Uint8Array, topic: string): void;
  /** Sends on what is collected. */
  flush(): void;
}

/** Where messages go. */
export interface Way {
  one(payload: Uint8Array, topic: string): void;
  several(payloads: readonly Uint8Array[], topic: string): void;
}

export interface BatchLimits {
  /** Bytes, with `overhead` a message: so much is sent on at once. */
  readonly most: number;
  readonly overhead: number;
}

/** To put a larger payload beside others costs more than to have it go by itself. */
const small = 4 * 1024;

export function createBatch(
  way: Way,
  soon: (work: () => void) => void,
  { most, overhead }: BatchLimits,
): Batch {
  /** None while there are none, as an outbox in `tcp-link.ts`. */
  let payloads: Uint8Array[] | undefined;
  let topic = '';
  let size = 0;
  /** Has something been sent on in this turn? */
  let begun = false;

  const flush = () => {
    if (payloads === undefined) return;
    const [collected, its] = [payloads, topic];
    payloads = undefined;
    size = 0;
    if (collected.length === 1) way.one(collected[0]!, its);
    else way.several(collected, its);
  };
  const over = () => {
    begun = false;
    flush();
  };

  return {
    add(payload, its) {
      if (its !== topic) flush();
      topic = its;
      if (begun && payload.length <= small) {
        (payloads ??= []).push(payload);
        size += payload.length + overhead;
        if (size >= most) flush();
        return;
      }
      flush();
      const isFirst = !begun;
      begun = true;
      way.one(payload, its);
      if (isFirst) soon(over); // not before: the message would wait for it
    },
    flush,
  };
}
