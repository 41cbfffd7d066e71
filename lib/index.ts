export { createPeer } from './api/create-peer.ts';
export { iterate, type IterateOptions } from './api/iterate.ts';
export type {
  Diagnostic,
  Gap,
  Neighbor,
  NeighborDown,
  NeighborStats,
  Peer,
  PeerSet,
  PeerStats,
  ReceivedMessage,
  SentMessage,
} from './api/types.ts';
export {
  ClosedError,
  CredentialsError,
  GossipError,
  InvalidOptionError,
  ListenError,
  NotStartedError,
  QueueFullError,
  TooLargeError,
} from './errors.ts';
export type { PeerOptions } from './options.ts';
export { newSecret } from './world/secrets.ts';
