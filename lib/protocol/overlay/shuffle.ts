import { nextBeat } from '../beat.ts';
import { around } from '../env.ts';
import type { LinkId } from '../events.ts';
import type { Contact, MessageOf } from '../messages.ts';
import { dial } from './dials.ts';
import { leaveIdle, linkTo, refill } from './neighbor.ts';
import { isTarget, spend } from './targets.ts';
import { change, isUseless, pick, send, type Turn } from './turn.ts';
import { contacts, expire, reserve } from './views.ts';

/**
 * SHUFFLE: HyParView section 4.4. Every so often a peer sends itself, some neighbors and some reserves on a
 * walk; where it ends they are exchanged for as many reserves of the other. It is what keeps 30 addresses a
 * random sample of 10,000 peers, and (our addition, by the ages) free of ghosts.
 */
export function shuffle(t: Turn): void {
  const { settings, self } = t.state;
  shuffleLater(t);
  change(t, { calmShuffles: t.overlay.calmShuffles + 1 });
  expire(t);
  const to = pick(t, t.overlay.links);
  if (to === undefined) return;
  const dialable = self.address !== '' && !self.address.startsWith(':');
  const list = contacts(t, settings.shuffleActive, settings.shufflePassive, '');
  // Who can't be dialled (or does not know where) could not be answered at the end of a walk: its neighbor answers.
  send(t, to, {
    type: 'shuffle',
    address: dialable ? self.address : '',
    ttl: dialable ? settings.activeWalk : 0,
    contacts: list,
  });
}

/** The next one: after `shuffleEvery`, or while no view changes later and later, and on a beat. */
export function shuffleLater({ env, out, overlay: { calmShuffles }, state: { settings } }: Turn): void {
  const { shuffleEvery, shuffleCalm } = settings;
  const ms = Math.max(shuffleEvery, Math.min(shuffleEvery * 2 ** calmShuffles, shuffleCalm));
  const at = around(env, ms);
  out.push({ type: 'wake', alarm: 'shuffle', at: calmShuffles === 0 ? at : nextBeat(at, settings) });
}

/**
 * A view has changed, so there is something to tell again. In a cluster no larger than the active view nothing changes for
 * hours, and a shuffle every `shuffleEvery` was a fifth of what an idle peer sends. Among more peers there are always
 * ages in the passive view that change.
 */
export function learnt(t: Turn): void {
  const { calmShuffles } = t.overlay;
  if (calmShuffles === 0) return;
  change(t, { calmShuffles: 0 });
  if (calmShuffles > 1) shuffleLater(t);
}

export function onShuffle(
  t: Turn,
  from: LinkId,
  { address, ttl, contacts: theirs }: MessageOf<'shuffle'>,
): void {
  if (address !== '' && !isTarget(t, from, address)) return;
  const hops = Math.min(ttl, t.state.settings.activeWalk);
  const next = pick(
    t,
    t.overlay.links.filter((one) => one !== from),
  );
  if (hops > 0 && next !== undefined && address !== '') {
    send(t, next, { type: 'shuffle', address, ttl: hops - 1, contacts: theirs });
    return;
  }
  const ours = contacts(t, 0, theirs.length, address);
  take(t, from, address === '' ? theirs : [{ address, age: 0 }, ...theirs], ours);
  const link = address === '' ? from : linkTo(t, address);
  if (link === undefined) {
    if (!isUseless(t, address) && spend(t, 'walk')) dial(t, address, { type: 'reply', contacts: ours });
  } else send(t, link, { type: 'shuffleReply', contacts: ours });
}

export function onShuffleReply(t: Turn, link: LinkId, { contacts: theirs }: MessageOf<'shuffleReply'>): void {
  take(t, link, theirs, []);
  leaveIdle(t, link);
}

function take(t: Turn, from: LinkId, theirs: readonly Contact[], sent: readonly Contact[]): void {
  const spare = new Set(sent.map(({ address }) => address));
  for (const { address, age } of theirs)
    if (isTarget(t, from, address)) reserve(t, address, age * 1000, spare);
  refill(t);
}
