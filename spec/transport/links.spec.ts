import { NEVER, Subject } from 'rxjs';
import type { Event } from '../../lib/protocol/events.ts';
import { noProof, type MessageOf } from '../../lib/protocol/messages.ts';
import { createLinkTable } from '../../lib/transport/link-table.ts';
import { linkEvents } from '../../lib/transport/links.ts';
import type { Link } from '../../lib/transport/transport.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { prefix } from '../../lib/wire/frame.ts';

const codec = createCodec({ maxPayload: 1000 });
const table = () => createLinkTable(codec, { window: 1000, highWater: 1000, outboxLimit: 1000 });

const gossip = (origin: string, sequence: number): MessageOf<'gossip'> => ({
  ...{ type: 'gossip', origin: origin.repeat(32), epoch: 1, sequence, hop: 0, address: 'a:1', topic: '' },
  ...{ payload: Uint8Array.of(sequence), proof: noProof },
});
const ping = (nonce: number) => codec.encode({ type: 'ping', nonce });

/** A link whose share is spent as soon as anything was done, and which gives what is put back again when it is told to. */
function greedy() {
  const chunk$ = new Subject<Uint8Array>();
  const rests: Uint8Array[] = [];
  const link: Link = {
    ...{ remote: 'b:2', chunk$, drain$: NEVER, buffered: () => 0 },
    ...{ write: () => undefined, end: () => undefined, cut: () => undefined },
    share: { isSpent: () => true, putBack: (rest) => rests.push(rest.slice()) },
  };
  const said: string[] = [];
  linkEvents(link, '', table()).subscribe((event) => said.push(inShort(event)));
  const goOn = () => chunk$.next(rests.shift()!);
  return { said, rests, chunk$, goOn };
}

function inShort(event: Event): string {
  if (event.type === 'burst') return `burst from ${event.first.sequence}`;
  if (event.type !== 'received') return event.type;
  const { message } = event;
  return message.type === 'gossip' ? `gossip ${message.sequence}` : message.type;
}

describe('a link whose share of the turn is spent', () => {
  test('has each frame in a turn of its own, in order, and nothing is lost', () => {
    const { said, rests, chunk$, goOn } = greedy();
    chunk$.next(Buffer.concat([ping(1), codec.encode({ type: 'pong', nonce: 1 }), ping(2)]));
    expect(said).toEqual(['linkUp', 'ping']);
    goOn();
    expect(said).toEqual(['linkUp', 'ping', 'pong']);
    goOn();
    expect(said).toEqual(['linkUp', 'ping', 'pong', 'ping']);
    expect(rests).toEqual([]);
  });

  test('has the messages of an origin that follow each other in one turn, and those of the next in another', () => {
    const { said, rests, chunk$, goOn } = greedy();
    const messages = [gossip('a', 1), gossip('a', 2), gossip('b', 7), gossip('a', 3), gossip('a', 4)];
    const frames = messages.map((message) => codec.encode(message));
    codec.decode(frames[0]!, prefix, frames[0]!.length); // an address that was not seen before is read by the general reader
    chunk$.next(Buffer.concat(frames));
    // The first of the next is read before it shows that it is of another origin.
    expect(said).toEqual(['linkUp', 'burst from 1', 'gossip 7']);
    goOn();
    expect(said).toEqual(['linkUp', 'burst from 1', 'gossip 7', 'burst from 3']);
    expect(rests).toEqual([]);
  });

  test('is not read on after a frame that can not be read', () => {
    const { said, rests, chunk$ } = greedy();
    chunk$.next(Buffer.concat([ping(1).subarray(0, 4), Uint8Array.of(0xc1, 0xc1, 0xc1), ping(2)]));
    expect(said).toEqual(['linkUp', 'refused']);
    expect(rests).toEqual([]);
  });
});
