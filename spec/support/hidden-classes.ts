import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';

// V8's own word on it. The flag is needed until the function is compiled, which is when it is first called.
setFlagsFromString('--allow-natives-syntax');
const haveSameClass = runInThisContext('(one, other) => %HaveSameMap(one, other)') as (
  one: object,
  other: object,
) => boolean;
haveSameClass({}, {});
setFlagsFromString('--no-allow-natives-syntax');

/** How many hidden classes (V8 calls them maps) these objects have. A function that sees more than four gets slow. */
export function hiddenClasses(objects: Iterable<object>): number {
  const found: object[] = [];
  for (const one of objects) if (!found.some((other) => haveSameClass(one, other))) found.push(one);
  return found.length;
}
