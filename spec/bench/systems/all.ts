import { gossipsub } from './gossipsub.ts';
import { nats } from './nats.ts';
import { raw, rawCoalesced } from './raw.ts';
import { redis } from './redis.ts';
import { rxGossip, rxGossipDefault, rxGossipSigned } from './rx-gossip.ts';
import type { System } from './system.ts';
import { zeromq } from './zeromq.ts';

/** In the order of the tables. */
export const systems: readonly System[] = [
  rawCoalesced,
  raw,
  rxGossip,
  rxGossipDefault,
  rxGossipSigned,
  nats,
  redis,
  zeromq,
  gossipsub,
];

export const systemOf = (name: string) => systems.find((system) => system.name === name);
