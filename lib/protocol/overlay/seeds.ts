import type { Settings } from '../../options.ts';
import type { Env } from '../env.ts';
import type { Address } from '../messages.ts';

/** An address to join through, as the user wrote it, and what is known of it. */
export interface Seed {
  /** What it stood for when last looked up. A name is looked up afresh at every try: it may have moved. */
  readonly addresses: readonly Address[];
  /** Tries since we last had a neighbor. */
  readonly tries: number;
  /** Has the operator been told that it can't be reached? Once is enough. */
  readonly told: boolean;
}

export type Seeds = ReadonlyMap<string, Seed>;

/** Addresses of one seed name dialled in one try. */
const addressesATry = 3;

export const plantSeeds = (names: readonly string[]): Seeds =>
  new Map(names.map((name) => [name, { addresses: isLiteral(name) ? [name] : [], tries: 0, told: false }]));

export function seedTried(seeds: Seeds, name: string): Seeds {
  const seed = seeds.get(name);
  return seed === undefined ? seeds : new Map(seeds).set(name, { ...seed, tries: seed.tries + 1 });
}

export function seedResolved(seeds: Seeds, name: string, addresses: readonly Address[]): Seeds {
  const seed = seeds.get(name);
  return seed === undefined ? seeds : new Map(seeds).set(name, { ...seed, addresses });
}

/** We have a neighbor: the next time we have none the seeds are tried at once. */
export function seedsRested(seeds: Seeds): Seeds {
  if ([...seeds.values()].every((seed) => seed.tries === 0 && !seed.told)) return seeds;
  return new Map([...seeds].map(([name, seed]) => [name, { ...seed, tries: 0, told: false }]));
}

export const seedsTold = (seeds: Seeds, address: Address): Seeds =>
  new Map(
    [...seeds].map(([name, seed]) => [
      name,
      seed.addresses.includes(address) ? { ...seed, told: true } : seed,
    ]),
  );

/** A few of what a name stands for, in random order, so that a name with many addresses spreads its load. */
export function pickAddresses(
  addresses: readonly Address[],
  usable: (address: Address) => boolean,
  { random }: Env,
): Address[] {
  return addresses
    .filter(usable)
    .map((address) => [random(), address] as const)
    .sort((a, b) => a[0] - b[0])
    .slice(0, addressesATry)
    .map(([, address]) => address);
}

/** Doubles with each try, with jitter of ±50 %: peers that lost the same seed must not come back as one. */
export function backoff(tries: number, settings: Settings, { random }: Env): number {
  const wait = Math.min(settings.backoffMin * 2 ** (tries - 1), settings.backoffMax);
  return Math.min(wait * (0.5 + random()), settings.backoffMax);
}

/** `127.0.0.1:80` or `[::1]:80`: nothing to look up. */
export function isLiteral(address: Address): boolean {
  return address.startsWith('[') || /^\d+\.\d+\.\d+\.\d+:\d+$/.test(address);
}
