import type { Event } from '../events.ts';
import { shownAddress } from '../links/links.ts';
import { messagesOf, onward } from '../messages.ts';
import { countOf, eachPayload } from '../pieces.ts';
import { announce } from './announce.ts';
import { eagerLinks } from './eager.ts';
import { seeUpTo } from './mark.ts';
import type { Epoch } from './origins.ts';
import { hasNoHost, maxHops } from './plumtree.ts';
import { arrived } from './proofs.ts';
import { keepAll } from './store.ts';
import { feedFrom } from './tree.ts';
import { knownRecord, type Turn } from './turn.ts';

/**
 * Messages of one origin that came at once. Nearly always they are what is expected next, and their link is the one
 * that it is expected from: then there is nothing to decide for each of them. Otherwise they are taken one by one.
 */
export function onBurst(t: Turn, event: Event & { type: 'burst' }): void {
  const { link, first, pieces } = event;
  const record = knownRecord(t, first);
  if (record === undefined || !isExpected(t, record, event)) {
    for (const message of messagesOf(event)) arrived(t, link, message);
    return;
  }
  const { origin, mark } = record;
  const { settings } = t.state;
  const { now } = t.env;
  // A PRUNE of theirs may have taken it from the shared tree.
  feedFrom(t.b, origin, link);
  origin.busy = true;
  origin.newAt = origin.heardAt = origin.fedAt = now;
  const run = { first: first.sequence, last: first.sequence + countOf(pieces) - 1 };
  seeUpTo(mark, run.last);
  const empty = t.b.store.messages === 0;
  const eager = eagerLinks(t, record, run, link);
  keepAll(t.b.store, record, first, pieces, settings, now);
  announce(t, record, first, link, run.last);
  if (eager.length > 0)
    eachPayload(pieces, (payload, nr) =>
      t.out.push({ type: 'send', links: eager, message: onward(first, nr, payload) }),
    );
  if (empty) t.out.push({ type: 'wake', alarm: 'store', at: now + settings.storeAge });
  t.out.push({ type: 'deliverBurst', first, pieces, via: shownAddress(t.state, link) });
}

/** Would each of them do what `onGossip` does with nearly all: move the mark, be kept, announced, passed on, delivered? */
function isExpected(t: Turn, record: Epoch, { link, first }: Event & { type: 'burst' }): boolean {
  const { origin, mark, missing, claimed } = record;
  const { sequence, hop } = first;
  return (
    !t.state.settings.sign &&
    origin.id !== t.state.self.id &&
    record.heard &&
    // The next, with no hole below, and nobody has told of more than came.
    mark.low === sequence &&
    mark.high === sequence &&
    claimed <= sequence &&
    record.holeSince === 0 &&
    missing === undefined &&
    // By the usual way.
    origin.parent === link &&
    origin.former === undefined &&
    !origin.pruned.includes(link) &&
    hop === origin.depth &&
    hop <= maxHops &&
    !hasNoHost(first)
  );
}
