import type { Happening } from './happenings.ts';
import { printableJson, textOf } from './safe.ts';

/**
 * `--json`: one object a line. Each has `event`, `time` (ISO 8601, UTC) and `elapsed` (seconds since the
 * start, to the millisecond), and by event:
 *
 * | event          | more fields                                                              |
 * | -------------- | ------------------------------------------------------------------------ |
 * | `address`      | `address` (advertised, `""` when not dialable), `listening`              |
 * | `connected`    | `address`, `peer` (its id, 32 hex digits)                                |
 * | `disconnected` | `address`, `peer`, `reason`                                              |
 * | `sending`      | *message*, `to` (addresses of the neighbors, in the order they came), `lazy` (those of them it was only announced to) |
 * | `received`     | *message*, `from` (who said it), `via` (who passed it on), `hops`        |
 * | `gap`          | `origin`, `epoch`, `first`, `last`, `reason`: messages that will not come |
 * | `leaving`      | `reason`: `SIGINT`, `SIGTERM`, `end of input` or `standard output closed`|
 *
 * *message* is `payload` (the text) or, when the bytes are not UTF-8, `payloadBase64`; `topic` (`""` for
 * none); and `id`: `origin`, `epoch`, `sequence`. Fields may be added; none is renamed or removed.
 */
export function toJson(happening: Happening, elapsed: number, time: Date): string {
  return printableJson({
    event: happening.event,
    time: time.toISOString(),
    elapsed: Math.round(elapsed) / 1000,
    ...fields(happening),
  });
}

function fields(happening: Happening): object {
  switch (happening.event) {
    case 'address':
      return { address: happening.address, listening: happening.listening };
    case 'connected':
      return { address: happening.neighbor.address, peer: happening.neighbor.id };
    case 'disconnected': {
      const { address, id, reason } = happening.neighbor;
      return { address, peer: id, reason };
    }
    case 'sending':
      return { ...message(happening.message), to: happening.message.neighbors, lazy: happening.message.lazy };
    case 'received': {
      const { from, via, hops } = happening.message;
      return { ...message(happening.message), from, via, hops };
    }
    case 'gap':
      return { ...happening.gap };
    case 'leaving':
      return { reason: happening.reason };
  }
}

type Said = Extract<Happening, { event: 'sending' | 'received' }>['message'];

function message({ payload, topic, id }: Said): object {
  const text = textOf(payload);
  const { origin, epoch, sequence } = id;
  const said =
    text === undefined ? { payloadBase64: Buffer.from(payload).toString('base64') } : { payload: text };
  return { ...said, topic, id: { origin, epoch, sequence } };
}
