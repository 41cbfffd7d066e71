import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Sending, Sent } from './orders.ts';
import { now, stamped } from './stamp.ts';
import type { Member } from './systems/system.ts';

/** After so many bytes the event loop gets a turn: sockets want to be written to and read from. */
const burstBytes = 64 * 1024;
/** A system that takes whatever it is given fills the memory: the run ends there, and says so. */
const maxRss = 3 * 1024 ** 3;

/** Sends stamped messages, at a rate or as fast as the system lets. */
export async function send(member: Member, publisher: number, order: Sending): Promise<Sent> {
  const startedAt = now();
  const { count, stopped } = await (order.rate === undefined ? flood : pace)(member, publisher, order);
  return { publisher, count, startedAt, ...(stopped !== undefined && { stopped }) };
}

interface Ended {
  readonly count: number;
  readonly stopped?: string;
}

async function flood(member: Member, publisher: number, order: Sending): Promise<Ended> {
  const { phase, bytes, ms, messages = Infinity } = order;
  const burst = Math.max(1, Math.floor(burstBytes / bytes));
  const until = now() + ms;
  let sequence = 0;
  for (let bursts = 0; sequence < messages; bursts++) {
    if (now() >= until) break;
    for (let left = Math.min(burst, messages - sequence); left > 0; left--) {
      const wait = member.send(stamped({ phase, publisher, sequence: sequence++ }, bytes));
      if (wait === undefined) continue;
      await wait;
      // A slow system does not get through its burst in time.
      if (sequence % 16 === 0 && now() >= until) break;
    }
    await turn();
    if (bursts % 64 === 63 && process.memoryUsage.rss() > maxRss)
      return { count: sequence, stopped: `the publisher held ${maxRss / 1024 ** 3} GiB` };
  }
  return { count: sequence };
}

/** One message each 1/rate seconds by the clock; a late one does not delay those after it. */
async function pace(member: Member, publisher: number, order: Sending): Promise<Ended> {
  const { phase, bytes, ms, rate = 1 } = order;
  const begun = now();
  const count = Math.floor((ms * rate) / 1000);
  for (let sequence = 0; sequence < count; sequence++) {
    const due = begun + (sequence * 1000) / rate;
    if (due > now()) await sleep(due - now());
    await member.send(stamped({ phase, publisher, sequence, sentAt: now() }, bytes));
  }
  return { count };
}
