/** What each kind of misbehaviour weighs; at 100 points the link is closed and its peer banned. */
export const misbehaviours = {
  /** Bytes that are no message: nothing after them can be read, so the link ends at once. */
  malformed: 100,
  /** A second HELLO, or anything else before the first. */
  outOfTurn: 100,
  /** A HELLO in the name of a peer that is here already, at another address. */
  impostor: 25,
  /** A second in which `maxMessageRate` or `maxByteRate` was exceeded. */
  tooFast: 25,
  /** A GRAFT for what was sent over this link `maxRegrafts` times. */
  regraft: 5,
  /** A NEIGHBOR or JOIN that is not answered in time. */
  unanswered: 25,
  /** A message whose signature is wrong, where signatures are asked for. One without any is dropped: its peer need not know. */
  forged: 25,
} as const;

export type Misbehaviour = keyof typeof misbehaviours;
