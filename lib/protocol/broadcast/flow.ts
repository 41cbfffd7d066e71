import { areOld } from './arrears.ts';
import { bytesFrom } from './kept.ts';
import type { Epoch } from './origins.ts';
import type { Slow } from './slow.ts';
import { ownPart } from './store.ts';
import type { Turn } from './turn.ts';

/**
 * May the application go on? Not while a neighbor that it sends payloads to is congested, nor while one that it sends announcements to is
 * owed what others say for so long that the store might let go of it. So what is under way goes first, and a network that is full
 * loses nothing. But others may keep a link full for ever: after `demoteAfter` it is our turn.
 */
export interface Flow {
  open: boolean;
  /** Since when. */
  at: number;
  /** Is it our turn? Until so much of ours is owed that we wait for that. */
  isOurs: boolean;
}

export const createFlow = (): Flow => ({ open: true, at: 0, isOurs: false });

/** Tells the application to wait, and when it may go on. */
export function control(t: Turn): void {
  const { flow, slow } = t.b;
  const { self, settings } = t.state;
  const origin = t.b.origins.byId.get(self.id);
  const lazy = origin?.lazy ?? t.b.sharedLazy;
  const own = origin?.epochs.get(self.epoch);
  // What we say ourselves has its part of the store, and is not to be let go of while we wait for it.
  const share = Math.min(settings.highWater / 2, settings.storeBytes * ownPart);
  let open = true;
  let mayBeOurs = flow.isOurs || (!flow.open && t.env.now - flow.at >= settings.demoteAfter);
  for (const [link, one] of slow)
    // The end of a link that is nobody's neighbor any more is told to no one.
    if (!t.state.links.has(link)) slow.delete(link);
    else if (!one.demoted && (!lazy.includes(link) || areOld(t, one))) {
      open = false;
      mayBeOurs &&= isForOthers(one, own, share);
    }
  flow.isOurs = !open && mayBeOurs;
  open ||= flow.isOurs;
  if (open === flow.open) return;
  flow.open = open;
  flow.at = t.env.now;
  t.out.push({ type: 'flow', open });
}

/** Is it congested by what others say, and owed less than our share of ours? */
function isForOthers({ owed }: Slow, own: Epoch | undefined, share: number): boolean {
  const runs = own && owed.get(own);
  if (runs === undefined) return owed.size > 0;
  return owed.size > 1 && bytesFrom(own!.kept, runs[0]!.first, share) < share;
}
