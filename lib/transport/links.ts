import { catchError, EMPTY, map, merge, Observable, of, takeUntil } from 'rxjs';
import type { Event } from '../protocol/events.ts';
import type { Address, MessageOf } from '../protocol/messages.ts';
import { countOf } from '../protocol/pieces.ts';
import { createBurstReader } from '../wire/burst.ts';
import { createFramer } from '../wire/frame.ts';
import { limits } from '../wire/limits.ts';
import type { LinkTable } from './link-table.ts';
import type { Link, Listener, Transport } from './transport.ts';

/** What a dial comes to, as a stream of events: the link's, or one `dialFailed`. */
export function dialled(
  transport: Transport,
  table: LinkTable,
  address: Address,
): Observable<Observable<Event>> {
  return transport.dial(address).pipe(
    map((link) => linkEvents(link, address, table)),
    catchError((error: unknown) => of(of<Event>({ type: 'dialFailed', address, reason: reasonOf(error) }))),
  );
}

/** Where we listen, then, for every link that others dial, the stream of its events, and what happens beside them. */
export function accepted(
  listener: Listener,
  table: LinkTable,
  until$: Observable<void>,
): Observable<Observable<Event>> {
  const link$ = listener.link$.pipe(takeUntil(until$));
  return merge(
    of(of<Event>({ type: 'listening', host: listener.host, port: listener.port })),
    link$.pipe(map((link) => linkEvents(link, '', table))),
    of((listener.incident$ ?? EMPTY).pipe(takeUntil(until$))),
  );
}

/**
 * A link as the loop sees it: `linkUp`, then a `received` for every message (`refused` for bytes that are
 * none), how its outbox stands, then `linkDown`. Never errors: one bad link must not end the merge.
 *
 * One Observable a link, none a message: an inner Observable costs more than the message it would carry. And one event
 * for messages of one origin that follow each other in a chunk: under load that is hundreds.
 */
export function linkEvents(link: Link, dialled: Address, table: LinkTable): Observable<Event> {
  return new Observable<Event>((subscriber) => {
    const id = table.add(link, (pressure) =>
      subscriber.next(
        pressure === 'stuck'
          ? { type: pressure, link: id, reason: 'more waits for it than may' }
          : { type: pressure, link: id },
      ),
    );
    const framer = createFramer(table.codec.maxFrame, limits.firstFrame);
    const burst = createBurstReader(table.codec.maxPayload);
    let first: MessageOf<'gossip'> | undefined;
    let burstSize = 0;
    let readable = true;

    const endBurst = () => {
      if (first === undefined) return false;
      const [message, size] = [first, burstSize];
      first = undefined;
      const pieces = burst.take();
      if (countOf(pieces) === 1) subscriber.next({ type: 'received', link: id, message, size });
      else subscriber.next({ type: 'burst', link: id, first: message, pieces, size });
      return true;
    };
    /** Has it taken so long that the others are to have their turn before the next frame? */
    const isEnough = () => link.share?.isSpent() ?? false;
    const refuse = (reason: string) => {
      endBurst();
      readable = false;
      subscriber.next({ type: 'refused', link: id, reason });
    };
    const onFrame = (bytes: Uint8Array, start: number, end: number) => {
      if (!readable) return false;
      const size = end - start;
      if (first !== undefined && burst.follows(bytes, start, end)) {
        burstSize += size;
        return false;
      }
      const hadTurn = endBurst();
      first = burst.begin(bytes, start, end);
      burstSize = size;
      if (first !== undefined) return hadTurn && isEnough();
      const decoded = table.codec.decode(bytes, start, end);
      if (decoded.ok) subscriber.next({ type: 'received', link: id, message: decoded.message, size });
      else if (decoded.reason === undefined) subscriber.next({ type: 'ignored', link: id, size });
      else {
        refuse(decoded.reason);
        return false;
      }
      return isEnough();
    };
    const down = (reason: string) => {
      table.remove(id);
      subscriber.next({ type: 'linkDown', link: id, reason });
      subscriber.complete();
    };

    subscriber.next({ type: 'linkUp', link: id, remote: link.remote, dialled });
    return link.chunk$.subscribe({
      // After a refusal the link is only waited for to close: what else it says is dropped unread.
      next: (chunk) => {
        if (!readable) return;
        const taken = framer.push(chunk, onFrame);
        endBurst();
        if (typeof taken === 'string') refuse(taken);
        else if (taken < chunk.length) link.share!.putBack(chunk.subarray(taken));
      },
      error: (error: unknown) => down(reasonOf(error)),
      complete: () => down('closed by the other end'),
    });
  });
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
