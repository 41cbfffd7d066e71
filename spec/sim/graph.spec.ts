import fc from 'fast-check';
import { componentSizes, flood } from '../../lib/sim/graph.ts';

const anyEdges = (nodes: number) =>
  fc.array(fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1)), { maxLength: nodes * 2 });

describe('componentSizes', () => {
  it('counts the nodes that reach each other, largest first', () => {
    const edges = [
      [0, 1],
      [1, 2],
      [4, 3],
      [2, 0],
    ] as const;
    expect(componentSizes(6, edges)).toEqual([3, 2, 1]);
    expect(componentSizes(0, [])).toEqual([]);
  });

  it('finds what walking finds, on any graph', () => {
    fc.assert(
      fc.property(anyEdges(12), (edges) => {
        const rest = new Set(Array.from({ length: 12 }, (_, node) => node));
        const sizes: number[] = [];
        for (const start of rest) {
          const reached = [start];
          rest.delete(start);
          for (const at of reached)
            for (const [a, b] of edges)
              for (const next of a === at ? [b] : b === at ? [a] : [])
                if (rest.delete(next)) reached.push(next);
          sizes.push(reached.length);
        }
        expect(componentSizes(12, edges)).toEqual(sizes.sort((a, b) => b - a));
      }),
    );
  });
});

describe('flood', () => {
  const latency = (a: number, b: number) => 10 + ((a * 7 + b * 7) % 13);

  it('hears first over the shortest time, not over the fewest hops', () => {
    const slow = (a: number, b: number) => (a + b === 2 && a !== b ? 100 : 10);
    const { times, hops } = flood([[1, 2], [0, 2], [0, 1], []], 0, slow);
    expect([...times]).toEqual([0, 10, 20, Infinity]);
    expect([...hops]).toEqual([0, 1, 2, Infinity]);
  });

  it('does what forwarding every first copy over every edge does, on any graph', () => {
    fc.assert(
      fc.property(anyEdges(9), (edges) => {
        const neighbors = Array.from({ length: 9 }, (_, node) =>
          edges.flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : [])),
        );
        // Relaxed until nothing changes: slow, and without a queue to get wrong.
        const times = new Array<number>(9).fill(Infinity);
        times[0] = 0;
        for (let round = 0; round < 9; round++)
          for (const [a, b] of edges) {
            times[a] = Math.min(times[a]!, times[b]! + latency(a, b));
            times[b] = Math.min(times[b]!, times[a] + latency(a, b));
          }
        const found = flood(neighbors, 0, latency);
        expect([...found.times]).toEqual(times);
        expect([...found.hops].every((hop, at) => hop < Infinity === times[at]! < Infinity)).toBe(true);
      }),
    );
  });
});
