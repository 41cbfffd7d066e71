import type { Answer, AnswerOf, Order, OrderName, OrderOf } from './orders.ts';
import { createReceiver } from './receiver.ts';
import { send } from './sender.ts';
import { stamped, stampBytes } from './stamp.ts';
import { systemOf } from './systems/all.ts';
import type { Member } from './systems/system.ts';
import { watchTurns } from './turns.ts';

/** One process of a cluster: joins through its system, and then does what the bench orders. */

const probePhase = 0;
let receiver = createReceiver(0);
let member: Member | undefined;
let index = 0;
let longestTurn: (() => number) | undefined;

const joined = () => {
  if (member === undefined) throw new Error('not joined');
  return member;
};

const todo: { [N in OrderName]: (order: OrderOf<N>) => AnswerOf<N> | Promise<AnswerOf<N>> } = {
  async join({ system, place }) {
    index = place.index;
    receiver = createReceiver(place.count);
    member = await systemOf(system)!.join(place, receiver.take);
    return { address: member.address };
  },
  async probe() {
    const stamp = { phase: probePhase, publisher: index, sequence: 0 };
    await joined().send(stamped(stamp, stampBytes));
    return {};
  },
  heard: () => ({ settled: joined().settled?.() ?? true, publishers: receiver.publishers() }),
  send: (order) => send(joined(), index, order),
  async collect(order) {
    const counts = new Map(order.sent.filter(([publisher]) => publisher !== index));
    return { ...(await receiver.collect({ ...order, sent: [...counts] })), lost: joined().lost?.() ?? 0 };
  },
  turns: () => ({ longest: (longestTurn ??= watchTurns())() }),
  async usage({ gc }) {
    if (gc === true) await collectGarbage();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { cpu: user + system, rss, heapUsed, external };
  },
};

/** What a collection frees is given back by finalizers, which run in a later turn. */
async function collectGarbage(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('a member needs --expose-gc');
  for (let times = 0; times < 3; times++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

process.on('message', (message) => void answer(message as Order));
// The bench is gone, in whatever way: nobody would end this process.
process.on('disconnect', () => process.exit());

async function answer({ id, name, order }: Order): Promise<void> {
  try {
    const done = (todo[name] as (order: unknown) => unknown)(order);
    reply({ id, answer: await done });
  } catch (error) {
    reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function reply(message: Answer): void {
  process.send?.(message);
}
