import type { Event } from '../events.ts';
import { noProof, type MessageOf } from '../messages.ts';
import { countOf, eachPayload, firstOf } from '../pieces.ts';
import { audienceOf } from './audience.ts';
import { passOn, runOf } from './burst.ts';
import { see } from './mark.ts';
import { hasSpoken } from './origins.ts';
import { accept } from './plumtree.ts';
import { recordOf } from './records.ts';
import type { Turn } from './turn.ts';

/** What we say ourselves: from here on it is a message like those of others, but that nobody brought it. */
export function publish(t: Turn, { ref, topic, payload }: Event & { type: 'publish' }): void {
  const message = ownMessage(t, topic, payload);
  if (t.state.settings.sign) t.out.push({ type: 'sign', ref, message });
  else said(t, ref, message);
}

/** Our own message is complete. That it is said is told before it goes: who prints that must not do so after others print that they have it. */
export function said(t: Turn, ref: number, message: MessageOf<'gossip'>): void {
  const record = recordOf(t, message);
  const { neighbors, lazy } = audienceOf(t, record.origin.lazy);
  t.out.push({ type: 'published', ref, message, neighbors, lazy });
  accept(t, record, message, undefined);
}

/** The same as to publish one after the other, at once: nothing is to be decided for each. */
export function publishBurst(t: Turn, { ref, topic, pieces }: Event & { type: 'publishBurst' }): void {
  if (t.state.settings.sign) {
    const before = ref - countOf(pieces);
    eachPayload(pieces, (payload, nr) =>
      publish(t, { type: 'publish', ref: before + 1 + nr, topic, payload }),
    );
    return;
  }
  const first = ownMessage(t, topic, firstOf(pieces[0]!));
  const burst = { first, pieces };
  const run = runOf(burst);
  t.b.sequence = run.last + 1;
  const record = recordOf(t, first);
  const { origin, mark } = record;
  hasSpoken(t.b.origins, record);
  origin.busy = true;
  origin.newAt = origin.heardAt = t.env.now;
  see(mark, run.first, run.last);
  const { neighbors, lazy } = audienceOf(t, origin.lazy);
  t.out.push({ type: 'publishedBurst', ref, first, pieces, neighbors, lazy });
  passOn(t, record, burst, run, undefined);
}

function ownMessage(t: Turn, topic: string, payload: Uint8Array): MessageOf<'gossip'> {
  const { id: origin, epoch, address } = t.state.self;
  const sequence = t.b.sequence++;
  return { type: 'gossip', origin, epoch, sequence, hop: 0, address, topic, payload, proof: noProof };
}
