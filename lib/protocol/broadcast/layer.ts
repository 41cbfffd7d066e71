import type { Event, LinkId } from '../events.ts';
import type { Layer, Signal } from '../state.ts';
import type { Effect } from '../effects.ts';
import { dispatchWhenQuiet } from './announce.ts';
import { announcerLost, lookForAwaited } from './awaited.ts';
import { onBurst } from './burst.ts';
import { compareLater, compareMarks, onMarks, sendMarks } from './exchange.ts';
import { tellDropped } from './dropped.ts';
import { control } from './flow.ts';
import { linkLost, onGone } from './grafts.ts';
import { giveUp } from './holes.ts';
import type { Epoch } from './origins.ts';
import { onGraft, onIHave, onPrune } from './plumtree.ts';
import { arrived, onVerified } from './proofs.ts';
import { publish, publishBurst, said } from './publish.ts';
import { lookAfterSlow, moveSlow, onCongested, onRelieved, settleWith } from './slow.ts';
import { evict, oldestAt } from './store.ts';
import { forgetLink, renameLink } from './tree.ts';
import type { Turn } from './turn.ts';

/** What the overlay tells us, beside the application. */
export type NeighborChange = Extract<Effect, { readonly type: 'neighborUp' | 'neighborDown' }>;

/** How a message reaches everyone once: Plumtree, repaired by the exchange of marks. This file only routes. */
export const broadcastLayer: Layer<'broadcast', Event | Signal | NeighborChange> = (state, input, env) => {
  const t: Turn = { state, b: state.broadcast, env, out: [] };
  handle(t, input);
  if (t.b.slow.size > 0 || !t.b.flow.open) control(t);
  return [state.broadcast, t.out];
};

function handle(t: Turn, input: Event | Signal | NeighborChange): void {
  switch (input.type) {
    case 'received':
      return received(t, input);
    case 'burst':
      return onBurst(t, input);
    case 'publish':
      return publish(t, input);
    case 'publishBurst':
      return publishBurst(t, input);
    case 'signed':
      return said(t, input.ref, input.message);
    case 'verified':
      return onVerified(t, input);
    case 'woken':
      return woken(t, input.alarm);
    case 'neighborUp':
      return neighborUp(t, input.link);
    case 'neighborDown':
      return neighborDown(t, input.link);
    case 'peerMoved':
      renameLink(t.b, input.from, input.to);
      return moveSlow(t, input.from, input.to);
    case 'congested':
    case 'took':
      return onCongested(t, input.link);
    case 'relieved':
      return onRelieved(t, input.link);
    default:
  }
}

function received(t: Turn, { link, message }: Event & { type: 'received' }): void {
  switch (message.type) {
    case 'gossip':
      return arrived(t, link, message);
    case 'ihave':
      return onIHave(t, link, message);
    case 'graft':
      return onGraft(t, link, message);
    case 'prune':
      return onPrune(t, link, message);
    case 'gone':
      return onGone(t, link, message);
    case 'marks':
      return onMarks(t, link, message);
    default:
  }
}

function woken(t: Turn, alarm: (Event & { type: 'woken' })['alarm']): void {
  switch (alarm) {
    case 'ihave':
      return dispatchWhenQuiet(t);
    case 'graft':
      return lookForAwaited(t);
    case 'repair':
      return giveUp(t);
    case 'marks':
      tellDropped(t);
      return compareMarks(t);
    case 'store':
      return forgetOld(t);
    case 'slow':
      return lookAfterSlow(t);
    default:
  }
}

/** Both ends say what they have seen before anything else, so that nothing said meanwhile is lost between them. */
function neighborUp(t: Turn, link: LinkId): void {
  const { overlay, settings } = t.state;
  if (overlay.links.length === 1) compareLater(t);
  const eager = overlay.links.length - t.b.sharedLazy.length;
  if (eager > settings.eagerStart) t.b.sharedLazy = [...t.b.sharedLazy, link];
  sendMarks(t, link, false);
}

function neighborDown(t: Turn, link: LinkId): void {
  const orphans = new Set([...t.b.origins.byId.values()].filter((origin) => origin.parent === link));
  forgetLink(t.b, link);
  settleWith(t, link);
  const wasParentOf = (record: Epoch) => orphans.has(record.origin);
  announcerLost(t, link, wasParentOf);
  linkLost(t, link, wasParentOf);
}

function forgetOld(t: Turn): void {
  const { settings } = t.state;
  evict(t.b.store, settings, t.env.now);
  const at = oldestAt(t.b.store) + settings.storeAge;
  if (at < Infinity) t.out.push({ type: 'wake', alarm: 'store', at });
}
