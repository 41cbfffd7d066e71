import type { Event, LinkId } from '../events.ts';
import { misbehaved } from '../links/conduct.ts';
import { survivor } from '../links/links.ts';
import type { MessageOf } from '../messages.ts';
import { isNoHistory } from './claims.ts';
import { isSeen } from './mark.ts';
import { onGossip } from './plumtree.ts';
import { knownRecord, type Turn } from './turn.ts';

/**
 * Where signatures are asked for, a payload counts only once its proof is verified: before that it is not seen,
 * not kept, not passed on, and leaves no trace of its origin. The check is an effect, its answer an event, and
 * whatever else comes between the two is handled meanwhile.
 *
 * Not in the paper, in which everyone is honest.
 */
export interface Proving {
  /** By message id: the first copy is being checked; the others came meanwhile, each over another link. */
  readonly copies: Map<string, Copy[]>;
  /** Bytes of copies that came over each link. */
  readonly held: Map<LinkId, number>;
}

interface Copy {
  readonly link: LinkId;
  readonly message: MessageOf<'gossip'>;
}

export const createProving = (): Proving => ({ copies: new Map(), held: new Map() });

/** What a copy costs beside its payload, roughly. */
const overhead = 256;

/** A payload has come: it is taken as it is, or once it is proven. */
export function arrived(t: Turn, link: LinkId, message: MessageOf<'gossip'>): void {
  const { self, settings, counters } = t.state;
  // A copy of what is here is not looked into: it says only that the link it came by is not needed.
  if (!settings.sign || message.origin === self.id || isHere(t, message)) return onGossip(t, link, message);
  if (message.proof.length === 0) {
    // No misbehaviour: a relay that does not sign passes on what it gets.
    counters.unsigned += 1;
    return;
  }
  const { copies, held } = t.b.proving;
  const id = idOf(message);
  const waiting = copies.get(id);
  const bytes = held.get(link) ?? 0;
  const fits = bytes === 0 || bytes + costOf(message) <= settings.verifyBytes;
  // One copy a link: or a forger could have its own checked for ever, before the honest one's turn.
  if (!fits || waiting?.some((copy) => copy.link === link) === true) {
    // Not seen, so it is asked for again: by a GRAFT when the next one shows the hole, or after the next MARKS.
    counters.unverified += 1;
    return;
  }
  held.set(link, bytes + costOf(message));
  if (waiting !== undefined) waiting.push({ link, message });
  else {
    copies.set(id, [{ link, message }]);
    t.out.push({ type: 'verify', link, message });
  }
}

/** The first copy is proven, then the others are duplicates; or it is forged, then the next one is checked. */
export function onVerified(t: Turn, { link, message, ok }: Event & { type: 'verified' }): void {
  const { copies, held } = t.b.proving;
  const id = idOf(message);
  const [first, ...rest] = copies.get(id) ?? [];
  if (first === undefined) return;
  copies.delete(id);
  const over = ok ? [first, ...rest] : [first];
  for (const copy of over) {
    const left = (held.get(copy.link) ?? 0) - costOf(copy.message);
    if (left > 0) held.set(copy.link, left);
    else held.delete(copy.link);
  }
  if (ok) {
    onGossip(t, survivor(t.state.links, link), message);
    // It is here now, so these only prune their links. If it is not (it had too many hops), they are checked.
    for (const copy of rest) arrived(t, survivor(t.state.links, copy.link), copy.message);
    return;
  }
  t.out.push(misbehaved(survivor(t.state.links, link), 'forged'));
  const [next] = rest;
  if (next === undefined) return;
  copies.set(id, rest);
  t.out.push({ type: 'verify', link: next.link, message: next.message });
}

function isHere(t: Turn, message: MessageOf<'gossip'>): boolean {
  const record = knownRecord(t, message);
  if (record === undefined || isNoHistory(t, record, message.sequence)) return false;
  return isSeen(record.mark, message.sequence);
}

const idOf = ({ origin, epoch, sequence }: MessageOf<'gossip'>) => `${origin}/${epoch}/${sequence}`;
const costOf = ({ payload }: MessageOf<'gossip'>) => payload.length + overhead;
