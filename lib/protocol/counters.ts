/**
 * What was refused, limited or passed over since the start, as plain numbers: each limit of SECURITY.md's
 * table names the one that shows it. Owned: changed in place, from the step only.
 */
export interface Counters {
  /** Messages of a type that is not known. */
  unknownTypes: number;
  /** Links not taken, or let go, because of `maxLinks`, `maxPending` and `maxLinksPerAddress`. */
  linksOverAll: number;
  linksOverPending: number;
  linksOverAddress: number;
  /** TLS handshakes that failed, took too long (`handshakeTimeout`), or were too many at a time (`maxPending`). */
  handshakesFailed: number;
  /** Links without a HELLO in time. */
  helloTimeouts: number;
  /** Each kind of misbehaviour. */
  malformed: number;
  outOfTurn: number;
  impostor: number;
  tooFast: number;
  regraft: number;
  unanswered: number;
  forged: number;
  /** Messages without a signature, where signatures are asked for. */
  unsigned: number;
  /** Messages that came faster than their signatures can be checked: `verifyBytes`. */
  unverified: number;
  /** Messages and marks that are further ahead than an origin can have got: `sequenceJump`. */
  sequenceJumps: number;
  /** Bans, and links that were not taken because of one. */
  bans: number;
  banned: number;
  /** Addresses told that may not be dialled, and dials put off because of `maxDialRate`. */
  badTargets: number;
  dialsPutOff: number;
  /** Announced ids passed over because of `maxMissing`. */
  missingOver: number;
  /** Origins forgotten because of `maxOrigins`. */
  originsOver: number;
}

export const createCounters = (): Counters => ({
  unknownTypes: 0,
  linksOverAll: 0,
  linksOverPending: 0,
  linksOverAddress: 0,
  handshakesFailed: 0,
  helloTimeouts: 0,
  malformed: 0,
  outOfTurn: 0,
  impostor: 0,
  tooFast: 0,
  regraft: 0,
  unanswered: 0,
  forged: 0,
  unsigned: 0,
  unverified: 0,
  sequenceJumps: 0,
  bans: 0,
  banned: 0,
  badTargets: 0,
  dialsPutOff: 0,
  missingOver: 0,
  originsOver: 0,
});
