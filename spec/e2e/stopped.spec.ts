import { join } from 'node:path';
import { build, patience, processes, root, type Running } from '../support/process.ts';

/** A neighbor that is stopped under full load: what it costs the one who publishes, the others, and itself. */

jest.setTimeout(8 * patience);
beforeAll(build);

const { node } = processes();
const flood = (...args: string[]) => node(join(root, 'spec/e2e/fixtures/flood.mjs'), ...args);

const MIB = 1024 * 1024;

/** What it said last of this: each line is a JSON object that begins with its subject. */
function told(peer: Running, subject: string): Readonly<Record<string, unknown>> | undefined {
  const line = [...peer.lines].reverse().find((one) => one.startsWith(`{"${subject}"`));
  return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
}
/** Waits until it has said so, and, where a number is given, that it is at least so many. */
const until = (peer: Running, subject: string, least?: number, limit?: number) =>
  peer.until(
    subject,
    () => {
      const it = told(peer, subject);
      return it !== undefined && (least === undefined || Number(it[subject]) >= least) ? it : undefined;
    },
    limit,
  );

describe('a neighbor that is stopped under full load', () => {
  it('costs the publisher bounded memory and the others nothing; resumed it has each message or was told the gap', async () => {
    const publisher = flood('send');
    const address = String((await until(publisher, 'role'))['address']);
    const others = [flood('count', address), flood('count', address), flood('count', address)] as const;
    const [first, second, stopped] = others;
    for (const peer of [publisher, ...others]) await until(peer, 'neighbors', 3);

    publisher.say('go\n');
    await until(stopped, 'heard', 500);
    stopped.kill('SIGSTOP');
    // More than its outbox, the system's buffers and the store hold together: something must be lost for it.
    const before = Number(told(publisher, 'sent')?.['sent'] ?? 0);
    await until(publisher, 'sent', before + 10_000, 3 * patience);
    stopped.kill('SIGCONT');
    publisher.say('stop\n');
    const { stopped: total, ...most } = await until(publisher, 'stopped');

    expect(most['outboxBytes']).toBeLessThan(3 * MIB);
    expect(most['storeBytes']).toBeLessThanOrEqual(16 * MIB);
    // 160 MiB went out meanwhile.
    expect(most['rss']).toBeLessThan(96 * MIB);
    for (const peer of others) peer.say(`total ${String(total)}\n`);
    for (const peer of [first, second])
      expect(await until(peer, 'complete')).toEqual({ complete: total, twice: 0, lost: 0 });
    // A hole is given up only after 30 s, in which somebody might still have shown to have it.
    const resumed = await until(stopped, 'complete', undefined, 5 * patience);
    expect(resumed).toEqual({ complete: total, twice: 0, lost: expect.any(Number) as number });
    expect(resumed['lost']).toBeGreaterThan(0);
  });
});
