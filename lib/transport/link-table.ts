import type { LinkId } from '../protocol/events.ts';
import type { Burst, Message, MessageType } from '../protocol/messages.ts';
import type { Codec } from '../wire/codec.ts';
import { createOutbox, type Outbox, type OutboxLimits, type Pressure } from './outbox.ts';
import type { Link } from './transport.ts';

/** The links of one peer by number: how effects, which are data, find the socket. */
export interface LinkTable {
  readonly codec: Codec;
  size(): number;
  /** Numbers a new link. `tell` hears how its outbox stands. */
  add(link: Link, tell: (pressure: Pressure) => void): LinkId;
  remove(id: LinkId): void;
  /** Encodes once and gives the same bytes to each; links that are gone are passed over. */
  send(to: readonly LinkId[], message: Message): void;
  sendBurst(to: readonly LinkId[], burst: Burst): void;
  /** Flushes and closes. */
  end(id: LinkId): void;
  cut(id: LinkId): void;
  /** Reads nothing of it for a moment, or reads it again. */
  hold(id: LinkId, held: boolean): void;
  /** Bytes that wait for a link; 0 when it is gone. */
  waiting(id: LinkId): number;
}

/**
 * What must not overtake a payload: MARKS would show the other end holes where payloads are on their way, and
 * nothing is read after BYE.
 */
const isInOrder = (type: MessageType) =>
  type === 'gossip' || type === 'burst' || type === 'marks' || type === 'bye';

export function createLinkTable(codec: Codec, limits: OutboxLimits): LinkTable {
  const links = new Map<LinkId, { readonly link: Link; readonly outbox: Outbox }>();
  let last = 0;
  const write = (to: readonly LinkId[], frames: Uint8Array, lane: 'payload' | 'control') => {
    for (const id of to) links.get(id)?.outbox.write(frames, lane);
  };
  return {
    codec,
    size: () => links.size,
    add(link, tell) {
      links.set(++last, { link, outbox: createOutbox(link, limits, tell) });
      return last;
    },
    remove: (id) => void links.delete(id),
    send: (to, message) => write(to, codec.encode(message), isInOrder(message.type) ? 'payload' : 'control'),
    sendBurst: (to, burst) => write(to, codec.encodeBurst(burst), 'payload'),
    end: (id) => links.get(id)?.outbox.end(),
    cut: (id) => links.get(id)?.link.cut(),
    hold: (id, held) => links.get(id)?.link.hold?.(held),
    waiting: (id) => links.get(id)?.outbox.bytes() ?? 0,
  };
}
