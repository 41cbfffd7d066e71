import type { Counters } from '../counters.ts';
import { log } from '../effects.ts';
import type { Turn } from './turn.ts';

/** What was dropped and not delivered, in words for an operator. */
const dropped: readonly (readonly [keyof Counters, string])[] = [
  ['forged', 'with a bad signature'],
  ['unsigned', 'without a signature'],
  ['unverified', 'that came faster than signatures can be checked'],
  ['sequenceJumps', 'too far ahead of their origin'],
];

/** Says what was dropped so far, when there is more of it than was said last: a line now and then, not one a message. */
export function tellDropped(t: Turn): void {
  const counts = dropped.map(([name, words]) => ({ count: t.state.counters[name], words }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === t.b.droppedTold) return;
  t.b.droppedTold = total;
  const parts = counts.filter(({ count }) => count > 0).map(({ count, words }) => `${count} ${words}`);
  t.out.push(log('warn', `messages dropped so far: ${parts.join(', ')}`));
}
