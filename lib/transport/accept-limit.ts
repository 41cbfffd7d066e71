import { filter, finalize, map } from 'rxjs';
import { changeLink } from './decorate.ts';
import type { Link, Transport } from './transport.ts';

/**
 * At most `most` accepted links, those included that are ended and wait for the other end to close: the peer
 * decides whom it takes, but a socket costs a file descriptor until it is closed. For one more the link that was
 * ended longest ago is cut; when none was, the new one is.
 */
export function limitAccepted(inner: Transport, most: number): Transport {
  const open = new Set<Link>();
  /** Of those the ended ones, in the order in which they were. */
  const ended = new Set<Link>();

  const admit = (link: Link): boolean => {
    if (open.size >= most) {
      const [longest] = ended;
      (longest ?? link).cut();
      if (longest === undefined) return false;
      forget(longest);
    }
    open.add(link);
    return true;
  };
  const forget = (link: Link): void => {
    open.delete(link);
    ended.delete(link);
  };
  const watched = (link: Link): Link =>
    changeLink(link, {
      chunk$: link.chunk$.pipe(finalize(() => forget(link))),
      end: () => {
        if (open.has(link)) ended.add(link);
        link.end();
      },
    });

  return {
    dial: (address) => inner.dial(address),
    close: (graceMs) => inner.close(graceMs),
    listen: (host, port) =>
      inner
        .listen(host, port)
        .pipe(map((listener) => ({ ...listener, link$: listener.link$.pipe(filter(admit), map(watched)) }))),
  };
}
