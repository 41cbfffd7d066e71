import { combine, describe as inWords, meets, play, type Knobs } from '../../lib/sim/scenario.ts';
import { scenarios, scenariosOf } from '../../lib/sim/scenarios.ts';

/**
 * Smaller sizes of what `npm run sim` runs at full size: every target that the scenario names must be met here too.
 * A run is the same every time, so a failure is never chance; it says which figure of which scenario.
 */
function missedTargets(
  name: string,
  changes: Partial<Knobs>,
  {
    seeds = [1],
    except = [],
  }: { readonly seeds?: readonly number[]; readonly except?: readonly string[] } = {},
): readonly string[] {
  const scenario = scenarios.find((one) => one.name === name)!;
  const runs = seeds.map((seed) => play(scenario, seed, changes));
  // What only the command measures (seconds, memory) is not in the values.
  return scenario.figures.flatMap(({ key, label, over, target }) => {
    if (target === undefined || except.includes(key) || !(key in runs[0]!.values)) return [];
    const value = combine(
      over,
      runs.map(({ values }) => values[key]!),
    );
    return meets(target, value)
      ? []
      : [`${name}: ${label} is ${value}, must be ${target.op} ${target.value}`];
  });
}

/** Fewer PINGs where nobody fails in silence, and a shorter time of getting to know each other. */
const calm = { pingAfter: 5000, shuffleEvery: 3000 };

describe('scenarios, in small', () => {
  it.each(['single', 'multi', 'all'])(
    'iroh-gossip’s twenty peers (%s): nothing missed, redundancy and hops at or below its own',
    (sends) => {
      const changes = sends === 'all' ? { rounds: 10 } : {};
      const options = { seeds: [1, 2, 3] };
      expect(missedTargets(`iroh-${sends}-20`, changes, options)).toEqual([]);
      expect(missedTargets(`iroh-interval-${sends}-20`, changes, options)).toEqual([]);
    },
  );

  it('HyParView: after 50 % crashed at once, passive views alone reach everybody', () => {
    expect(missedTargets('hyparview-50', { peers: 50, rounds: 20, settings: calm })).toEqual([]);
  });

  it('HyParView: with a seed alive all are one network again within four shuffles, whoever crashed', () => {
    expect(missedTargets('hyparview-rejoin-90', { peers: 50, rounds: 20, settings: calm })).toEqual([]);
  });

  it('Plumtree: one sender’s tree settles', () => {
    expect(missedTargets('plumtree', { peers: 50, settings: calm })).toEqual([]);
  });

  it('Gossip Glomers: nothing missed, and messages, median and longest latency within their limits', () => {
    expect(missedTargets('glomers', {}, { seeds: [1, 2] })).toEqual([]);
  });

  it('Gossip Glomers with a silent partition: nothing is missing at the end', () => {
    expect(missedTargets('glomers-partition', {})).toEqual([]);
  });

  it.each([4, 12])('halves of %d peers that were silent to each other for 60 s are one again', (peers) => {
    expect(missedTargets('split-4', { peers })).toEqual([]);
  });

  it('churn: whoever had a neighbor gets every message, and no view stays one-sided', () => {
    expect(missedTargets('churn', { peers: 40, rounds: 20 })).toEqual([]);
  });

  it('everybody restarted: one network, and nobody remembers the old ones', () => {
    expect(missedTargets('restart', { peers: 20, rounds: 1 })).toEqual([]);
  });

  it('cost: all joined, one component, everything delivered', () => {
    const { values } = play(scenariosOf('cost-10000')[0]!, 1, { peers: 60, rounds: 5 });
    expect(values).toMatchObject({ missed: 0 });
    expect(values['settled']).toBeLessThan(10_000);
  });
});

describe('the table of scenarios', () => {
  it('has one name for each, and every figure a key of its own', () => {
    const names = scenarios.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { figures } of scenarios) {
      const keys = figures.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('finds scenarios by name, by group and all', () => {
    expect(scenariosOf('iroh')).toHaveLength(8);
    expect(scenariosOf('iroh-interval')).toHaveLength(8);
    expect(scenariosOf('hyparview')).toHaveLength(10);
    expect(scenariosOf('split-50')).toHaveLength(1);
    expect(scenariosOf('all')).toHaveLength(scenarios.length);
    expect(scenariosOf('nothing')).toEqual([]);
  });

  it('prints itself', () => {
    expect(inWords(scenariosOf('split-50')[0]!)).toBe(
      'split-50: 50 peers; latency 10ms..50ms; 60 rounds; 10 seeds; set storeAge 120000',
    );
  });
});
