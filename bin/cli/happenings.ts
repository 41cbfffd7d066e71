import { map, merge, type Observable } from 'rxjs';
import type { Gap, Neighbor, NeighborDown, Peer, ReceivedMessage, SentMessage } from '../../lib/api/types.ts';

/** Everything that standard output tells, as text (`print.ts`) or as JSON (`json.ts`). */
export type Happening =
  | { readonly event: 'address'; readonly address: string; readonly listening: string }
  | { readonly event: 'connected'; readonly neighbor: Neighbor }
  | { readonly event: 'disconnected'; readonly neighbor: NeighborDown }
  | { readonly event: 'sending'; readonly message: SentMessage }
  | { readonly event: 'received'; readonly message: ReceivedMessage }
  | { readonly event: 'gap'; readonly gap: Gap }
  | { readonly event: 'leaving'; readonly reason: string };

/** What happens to a peer while it runs; `topic` leaves out what others say under another one. */
export function happenings$(peer: Peer, topic?: string): Observable<Happening> {
  return merge(
    peer.neighborUp$.pipe(map((neighbor) => ({ event: 'connected', neighbor }) as const)),
    peer.neighborDown$.pipe(map((neighbor) => ({ event: 'disconnected', neighbor }) as const)),
    peer.sent$.pipe(map((message) => ({ event: 'sending', message }) as const)),
    peer.gap$.pipe(map((gap) => ({ event: 'gap', gap }) as const)),
    peer.messages(topic).pipe(map((message) => ({ event: 'received', message }) as const)),
  );
}
