/** What every payload begins with: which message it is, and when it was sent. The rest of it is filling. */
export interface Stamp {
  /** Messages of another phase (probes, warm-up) do not count. */
  readonly phase: number;
  readonly publisher: number;
  readonly sequence: number;
  /** Milliseconds of {@link now}; without it nobody measures how long the message takes. */
  readonly sentAt?: number;
}

export const stampBytes = 16;

/** Milliseconds of a clock that all processes of this machine share; `performance.now()` begins anew in each. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** A payload of its own for each message: systems may keep it until they have sent it. */
export function stamped({ phase, publisher, sequence, sentAt }: Stamp, bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(bytes);
  payload[0] = phase;
  payload[1] = publisher;
  payload[2] = sentAt === undefined ? 0 : 1;
  payload.writeUInt32LE(sequence, 4);
  if (sentAt !== undefined) payload.writeDoubleLE(sentAt, 8);
  return payload;
}

export const phaseOf = (payload: Uint8Array) => payload[0]!;
export const publisherOf = (payload: Uint8Array) => payload[1]!;
export const isTimed = (payload: Uint8Array) => payload[2] === 1;
export const sequenceOf = (payload: Uint8Array) =>
  (payload[4]! | (payload[5]! << 8) | (payload[6]! << 16) | (payload[7]! << 24)) >>> 0;
export const sentAtOf = (payload: Uint8Array) =>
  new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getFloat64(8, true);
