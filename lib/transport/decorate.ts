import { map, type Observable } from 'rxjs';
import type { Link, Transport } from './transport.ts';

/** What goes wrong with a network, as something to put around a Transport: `silent(on$, clock)(createTcp())`. */
export type Fault = (inner: Transport) => Transport;

/** The same transport with every link, dialled or accepted, replaced by what `change` makes of it. */
export function mapLinks(inner: Transport, change: (link: Link) => Link): Transport {
  return {
    listen: (host, port) =>
      inner
        .listen(host, port)
        .pipe(map((listener) => ({ ...listener, link$: listener.link$.pipe(map(change)) }))),
    dial: (address) => inner.dial(address).pipe(map(change)),
    close: (graceMs) => inner.close(graceMs),
  };
}

/** What differs in a decorated link; the rest is the link's own. */
export interface Changes {
  readonly chunk$?: Observable<Uint8Array>;
  readonly drain$?: Observable<void>;
  /** Bytes held back in front of the link. */
  readonly held?: () => number;
  readonly write?: (bytes: Uint8Array) => void;
  readonly end?: () => void;
  readonly cut?: () => void;
}

/** Spelled out instead of spread: a link may be a class instance. */
export function changeLink(link: Link, changes: Changes): Link {
  const held = changes.held ?? (() => 0);
  return {
    remote: link.remote,
    chunk$: changes.chunk$ ?? link.chunk$,
    drain$: changes.drain$ ?? link.drain$,
    buffered: () => held() + link.buffered(),
    write: changes.write ?? ((bytes) => link.write(bytes)),
    end: changes.end ?? (() => link.end()),
    cut: changes.cut ?? (() => link.cut()),
    hold: (held) => link.hold?.(held),
    ...(link.share && { share: link.share }),
  };
}
