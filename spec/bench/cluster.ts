import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, AnswerOf, Collected, OrderName, OrderOf, Sending, Sent } from './orders.ts';
import { atEnd } from './at-end.ts';
import { startServer, type Server } from './server.ts';
import type { System } from './systems/system.ts';

/** A system at work: its broker if it has one, and a process for each member. */
export interface Cluster {
  readonly members: readonly MemberProcess[];
  /** Where each member listens, as its system tells it. */
  readonly addresses: readonly string[];
  readonly server: Server | undefined;
  /** The publishers send, all others receive: what came of it, once all has come or nothing comes any more. */
  exchange(publishers: readonly number[], sending: Sending): Promise<Exchange>;
  /** CPU microseconds so far: of all members, and of the broker. */
  cpu(): Promise<number>;
  close(): Promise<void>;
}

export interface MemberProcess {
  readonly pid: number;
  ask<N extends OrderName>(name: N, order: OrderOf<N>, limit?: number): Promise<AnswerOf<N>>;
}

export interface Exchange {
  readonly sent: readonly Sent[];
  /** Of the members that had something to receive. */
  readonly collected: readonly Collected[];
  /** Deliveries that should have been. */
  readonly expected: number;
  readonly received: number;
  /** From the first send to the last arrival. */
  readonly ms: number;
  /** What was wrong, for people: a run with a word here is never averaged in. */
  readonly fault: string | undefined;
}

/**
 * Nothing has come for so long: the rest counts as lost. Longer than a peer of ours looks for a message that it
 * misses (30 s, and 15 s more for what it has heard of meanwhile), so that what is merely late is late in the figures.
 */
export const patience = 60_000;
/** How long a member may take for what takes no time. */
const askLimit = 30_000;
const joinLimit = 30_000;
const endLimit = 2000;

/** Starts the processes, joins them one after the other, and waits until each has heard every other. */
export async function startCluster(
  system: System,
  count: number,
  publishers: readonly number[],
): Promise<Cluster> {
  const server = system.server && (await startServer(system.server));
  const members = Array.from({ length: count }, startMember);
  const known: string[] = [];
  const cluster: Cluster = {
    members,
    addresses: known,
    server,
    exchange: (who, sending) => exchange(members, who, sending),
    async cpu() {
      const usages = await Promise.all(members.map((member) => member.ask('usage', {})));
      return usages.reduce((sum, { cpu }) => sum + cpu, server?.cpu() ?? 0);
    },
    async close() {
      await Promise.all(members.map((member) => member.end()));
      await server?.end();
    },
  };
  try {
    for (const [index, member] of members.entries()) {
      const place = { index, count, known: [...known], server: server?.address ?? '' };
      known.push((await member.ask('join', { system: system.name, place }, joinLimit)).address);
    }
    await acquainted(system, members, publishers);
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** Publishers send probes until everybody has heard each of them, and has its links. */
async function acquainted(
  system: System,
  members: readonly MemberProcess[],
  publishers: readonly number[],
): Promise<void> {
  const until = Date.now() + joinLimit;
  while (Date.now() < until) {
    const answers = await Promise.all(members.map((member) => member.ask('heard', {})));
    const settled = answers.every((answer) => answer.settled);
    const heard = answers.every(({ publishers: who }, index) =>
      publishers.every((one) => one === index || who.includes(one)),
    );
    if (settled && heard) return;
    if (settled) await Promise.all(publishers.map((one) => members[one]!.ask('probe', {})));
    await sleep(50);
  }
  throw new Error(
    `${system.label}: after ${joinLimit / 1000} s its ${members.length} members have not all heard each other`,
  );
}

async function exchange(
  members: readonly MemberProcess[],
  publishers: readonly number[],
  sending: Sending,
): Promise<Exchange> {
  const limit = sending.ms + 120_000;
  const sent = await Promise.all(publishers.map((one) => members[one]!.ask('send', sending, limit)));
  const counts = sent.map(({ publisher, count }) => [publisher, count] as const);
  const receivers = members.filter((_, index) => publishers.length > 1 || index !== publishers[0]);
  const order = { phase: sending.phase, sent: counts, patience };
  const collected = await Promise.all(receivers.map((member) => member.ask('collect', order, 600_000)));
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  return {
    sent,
    collected,
    expected: total * members.length - total,
    received: collected.reduce((sum, one) => sum + one.received, 0),
    ms:
      Math.max(...collected.map(({ lastAt }) => lastAt)) -
      Math.min(...sent.map(({ startedAt }) => startedAt)),
    fault: faultIn(sent, collected),
  };
}

function faultIn(sent: readonly Sent[], collected: readonly Collected[]): string | undefined {
  const sum = (of: (one: Collected) => number) => collected.reduce((total, one) => total + of(one), 0);
  const [missing, told, duplicates, strange] = [
    sum((one) => one.missing),
    sum((one) => one.lost),
    sum((one) => one.duplicates),
    sum((one) => one.strange),
  ];
  const words = [
    missing > 0 ? `${missing} lost${told > 0 ? ` (${told} told as gaps)` : ''}` : '',
    duplicates > 0 ? `${duplicates} twice` : '',
    strange > 0 ? `${strange} never sent` : '',
    ...new Set(sent.map(({ stopped = '' }) => stopped)),
  ].filter((word) => word !== '');
  return words.length === 0 ? undefined : words.join(', ');
}

let nodeFlags: readonly string[] = ['--expose-gc'];

/** From now on each member's Node.js is started with these flags too. */
export function startMembersWith(flags: readonly string[]): void {
  nodeFlags = [...nodeFlags, ...flags];
}

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

function startMember(): MemberProcess & { end: () => Promise<void> } {
  // The bundle beside this one; what the process says on its own goes to our standard error.
  const child = fork(join(import.meta.dirname, 'member.mjs'), {
    execArgv: [...nodeFlags],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const forget = atEnd(() => child.kill('SIGKILL'));
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let dead: Error | undefined;
  child.on('message', (message) => {
    const { id, answer, error } = message as Answer;
    if (error === undefined) waiting.get(id)?.resolve(answer as never);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const died = (why: string) => {
    dead ??= new Error(why);
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  };
  child.on('error', (error) => died(`a member's process failed: ${error.message}`));
  child.on('exit', (code, signal) => died(`a member's process ended: ${signal ?? code ?? 'unknown'}`));
  return {
    pid: child.pid ?? -1,
    async ask(name, order, limit = askLimit) {
      if (dead !== undefined) throw dead;
      const id = ++last;
      const timer = setTimeout(
        () => waiting.get(id)?.reject(new Error(`a member did not answer "${name}" within ${limit} ms`)),
        limit,
      );
      try {
        return await new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          child.send({ id, name, order });
        });
      } finally {
        clearTimeout(timer);
      }
    },
    async end() {
      // It exits by itself then, and writes its profile if it was asked for one.
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), endLimit);
      await gone;
      clearTimeout(timer);
      forget();
    },
  };
}
