/** Sizes of the components of an undirected graph, largest first. */
export function componentSizes(nodes: number, edges: Iterable<readonly [number, number]>): readonly number[] {
  const parent = Int32Array.from({ length: nodes }, (_, node) => node);
  const rootOf = (node: number): number => {
    let at = node;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  for (const [a, b] of edges) parent[rootOf(a)] = rootOf(b);
  const sizes = new Map<number, number>();
  for (let node = 0; node < nodes; node++) {
    const root = rootOf(node);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
  }
  return [...sizes.values()].sort((a, b) => b - a);
}

/** What a flood from `source` would do: when each node first hears it, and over how many hops (Infinity: never). */
export interface Flood {
  readonly times: Float64Array;
  readonly hops: Float64Array;
}

/**
 * The first delivery of a flood, without running one: every node forwards at once over all its edges, so that the first
 * copy comes along the shortest path by time (Dijkstra). Of two copies at the same time, the one over fewer hops.
 */
export function flood(
  neighbors: readonly (readonly number[])[],
  source: number,
  latency: (a: number, b: number) => number,
): Flood {
  const times = new Float64Array(neighbors.length).fill(Infinity);
  const hops = new Float64Array(neighbors.length).fill(Infinity);
  times[source] = 0;
  hops[source] = 0;
  const queue = new Queue();
  queue.push(0, source);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [time, node] = next;
    if (time > times[node]!) continue;
    for (const other of neighbors[node]!) {
      const at = time + latency(node, other);
      const hop = hops[node]! + 1;
      if (at > times[other]! || (at === times[other] && hop >= hops[other]!)) continue;
      times[other] = at;
      hops[other] = hop;
      queue.push(at, other);
    }
  }
  return { times, hops };
}

/** A heap of (key, value), smallest key first. */
class Queue {
  private readonly items: (readonly [number, number])[] = [];

  push(key: number, value: number): void {
    const { items } = this;
    let at = items.push([key, value]) - 1;
    for (; at > 0; at = (at - 1) >> 1) {
      const above = items[(at - 1) >> 1]!;
      if (above[0] <= key) break;
      items[at] = above;
    }
    items[at] = [key, value];
  }

  pop(): readonly [number, number] | undefined {
    const { items } = this;
    const [first] = items;
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < items.length && items[below + 1]![0] < items[below]![0]) below++;
      if (below >= items.length || items[below]![0] >= last[0]) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = last;
    return first;
  }
}
