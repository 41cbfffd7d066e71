import type { Happening } from './happenings.ts';

/** Holds back what happens before the address is known, so that the address is the first line, always. */
export function addressFirst(print: (happening: Happening) => void): (happening: Happening) => void {
  let held: Happening[] | undefined = [];
  return (happening) => {
    if (held && happening.event !== 'address') {
      held.push(happening);
      return;
    }
    print(happening);
    held?.forEach((earlier) => print(earlier));
    held = undefined;
  };
}
