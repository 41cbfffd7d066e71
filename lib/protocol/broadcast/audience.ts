import type { Audience } from '../effects.ts';
import type { LinkId } from '../events.ts';
import { shownAddress, type Links } from '../links/links.ts';
import type { Turn } from './turn.ts';

export interface KnownAudience extends Audience {
  /** What it was made of: none of these is changed in place, so while they are the same it is. */
  readonly of: readonly [Links, readonly LinkId[], readonly LinkId[]];
}

/** Made anew when a link has changed, not with each message: it would cost as much as the message. */
export function audienceOf(t: Turn, lazy: readonly LinkId[]): KnownAudience {
  const { links, overlay } = t.state;
  const known = t.b.audience;
  if (known?.of[0] === links && known.of[1] === overlay.links && known.of[2] === lazy) return known;
  const shown = (link: LinkId) => shownAddress(t.state, link);
  return (t.b.audience = {
    neighbors: overlay.links.map(shown),
    lazy: overlay.links.filter((link) => lazy.includes(link)).map(shown),
    of: [links, overlay.links, lazy],
  });
}
