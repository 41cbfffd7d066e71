import { distance } from 'fastest-levenshtein';

/**
 * The names that were probably meant: those that begin the same (`-p`: port and period), or else the one
 * nearest in spelling, if half of its letters agree.
 */
export function nearest(typed: string, names: readonly string[]): readonly string[] {
  const wanted = typed.replace(/^-+/, '').toLowerCase();
  if (wanted === '') return [];
  const begun = names.filter((name) => name.startsWith(wanted));
  if (begun.length > 0) return begun;
  const far = (name: string) => distance(wanted, name) / Math.max(wanted.length, name.length);
  return names
    .filter((name) => far(name) <= 0.5)
    .sort((a, b) => far(a) - far(b))
    .slice(0, 1);
}
