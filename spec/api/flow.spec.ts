import { asyncScheduler, BehaviorSubject, filter } from 'rxjs';
import type { Peer } from '../../lib/api/types.ts';
import { ClosedError, NotStartedError, QueueFullError, TooLargeError } from '../../lib/errors.ts';
import { silent } from '../../lib/transport/faults.ts';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import { createNeighborhood, record, world, type Neighborhood } from '../support/peers.ts';
import { next, within } from '../transport/helpers.ts';

const KIB = 1024;
const options = { highWater: 4 * KIB, outboxLimit: 64 * KIB };

let here: Neighborhood;
beforeEach(() => {
  here = createNeighborhood();
});
afterEach(() => within('every peer to close', here.close()));

/** A publisher and a reader; while it is `stopped` nothing gets through to it or comes from it. */
async function pair() {
  const network = createMemoryNetwork();
  const stopped$ = new BehaviorSubject(false);
  // Around the publisher's end, where bytes that do not get through count as not taken.
  const transport = silent(stopped$, asyncScheduler)(network.transport());
  const publisher = here.create(options, { transport });
  await publisher.start();
  const reader = here.create({ connect: [publisher.address] }, { transport: network.transport() });
  const met = Promise.all([
    next('a neighbor', publisher.neighborUp$),
    next('a neighbor', reader.neighborUp$),
  ]);
  await reader.start();
  await met;
  return { publisher, reader, stop: () => stopped$.next(true), resume: () => stopped$.next(false) };
}

const kilobyte = (name: number | string) => String(name).padEnd(KIB, '.');
const numberOf = (message: { text(): string }) => Number.parseInt(message.text(), 10);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const waitingAt = (peer: Peer) => peer.stats().neighbors[0]?.outboxBytes ?? 0;
const message = (peer: Peer, text: string | number) =>
  next(`message ${text}`, peer.messages().pipe(filter((one) => one.text().startsWith(`${text}`))));

describe('send', () => {
  it('says true while little waits for each neighbor, then false, and drained when to go on', async () => {
    const { publisher, reader } = await pair();
    const heard = record(reader.messages());
    const said = numbers(5).map((i) => publisher.send(kilobyte(i)));
    expect(said).toEqual([true, true, true, false, false]);
    expect(waitingAt(publisher)).toBeGreaterThanOrEqual(options.highWater);
    await within('the drain', publisher.drained());
    expect(waitingAt(publisher)).toBeLessThanOrEqual(options.highWater / 4);
    const last = message(reader, 5);
    expect(publisher.send(kilobyte(5))).toBe(true);
    await last;
    expect(heard.values.map(numberOf)).toEqual(numbers(6));
  });

  it('to who does not stop at false takes no more memory: the rest waits in the store, and comes later', async () => {
    const { publisher, reader, stop, resume } = await pair();
    const heard = record(reader.messages());
    stop();
    for (const i of numbers(1000)) publisher.send(kilobyte(i));
    const { neighbors, storeBytes } = publisher.stats();
    expect(neighbors[0]!.outboxBytes).toBeLessThan(2 * options.highWater);
    expect(neighbors[0]!.owed).toBeGreaterThan(990);
    expect(storeBytes).toBeGreaterThan(1000 * KIB);
    const last = message(reader, 999);
    resume();
    await last;
    expect(heard.values.map(numberOf)).toEqual(numbers(1000));
    expect(publisher.stats().neighbors[0]).toMatchObject({ owed: 0, demoted: false });
  });

  it('throws what publish rejects with', async () => {
    const peer = here.create({ maxPayload: 10 });
    expect(() => peer.send('too early')).toThrow(NotStartedError);
    await peer.start();
    expect(() => peer.send('far too large')).toThrow(TooLargeError);
    expect(peer.send('fine')).toBe(true);
    await peer.close();
    expect(() => peer.send('too late')).toThrow(ClosedError);
  });

  it('from within a callback is bounded too', async () => {
    const peer = await here.started(options);
    const failures: unknown[] = [];
    const said: boolean[] = [];
    peer.sent$.pipe(filter((one) => one.text() === 'go')).subscribe(() => {
      try {
        for (let i = 0; i < 1000; i++) said.push(peer.send(kilobyte(i)));
      } catch (error) {
        failures.push(error);
      }
      expect(peer.stats().queuedBytes).toBeLessThan(options.outboxLimit + 2 * KIB);
    });
    const all = record(peer.sent$);
    await peer.publish('go');
    expect(failures).toEqual([new QueueFullError(options.outboxLimit)]);
    expect(said.slice(0, 5)).toEqual([true, true, true, false, false]);
    expect(all.values).toHaveLength(1 + said.length);
    expect(peer.stats().queuedBytes).toBe(0);
  });
});

describe('what is sent in one turn', () => {
  /** As with `nodeWorld`: most of it goes on when the turn is over. */
  async function batching() {
    const network = createMemoryNetwork();
    const surroundings = { world: world({ soon: setImmediate }), transport: network.transport() };
    const publisher = await here.started({}, surroundings);
    const reader = here.create({ connect: [publisher.address] }, { transport: network.transport() });
    const met = next('a neighbor', publisher.neighborUp$);
    await reader.start();
    await met;
    return { publisher, reader, heard: record(reader.messages()), said: record(publisher.sent$) };
  }

  it('comes in order and once, with what is published between, and is told as sent', async () => {
    const { publisher, reader, heard, said } = await batching();
    const last = message(reader, 'last');
    for (const i of numbers(10)) publisher.send(String(i));
    expect(publisher.stats().queuedBytes).toBeGreaterThan(0);
    await publisher.publish('published');
    expect(publisher.stats().queuedBytes).toBe(0);
    for (const i of numbers(10)) publisher.send(String(i), { topic: i % 4 === 0 ? 'news' : '' });
    const drained = publisher.drained();
    expect(publisher.stats().queuedBytes).toBe(0);
    await drained;
    publisher.send('last');
    await last;
    const texts = [...numbers(10).map(String), 'published', ...numbers(10).map(String), 'last'];
    expect(heard.values.map((one) => one.text())).toEqual(texts);
    expect(said.values.map((one) => one.text())).toEqual(texts);
    expect(said.values.map(({ id }) => id.sequence)).toEqual(numbers(texts.length));
    expect(said.values.every(({ neighbors }) => neighbors.includes(reader.address))).toBe(true);
    expect(heard.values.filter(({ topic }) => topic === 'news').map(numberOf)).toEqual([0, 4, 8]);
  });

  it('is not lost when the peer is closed before the turn is over', async () => {
    const { publisher, heard, reader } = await batching();
    const gone = next('the end of the neighbor', reader.neighborDown$);
    for (const i of numbers(100)) publisher.send(String(i));
    await within('the end', publisher.close());
    await gone;
    expect(heard.values.map(numberOf)).toEqual(numbers(100));
  });
});

describe('an awaited publish', () => {
  it('never lets more wait than the high-water mark and one message', async () => {
    const { publisher, reader } = await pair();
    const heard = record(reader.messages());
    const last = message(reader, 499);
    for (const i of numbers(500)) {
      await publisher.publish(kilobyte(i));
      expect(waitingAt(publisher)).toBeLessThan(options.highWater);
    }
    await last;
    expect(heard.values.map(numberOf)).toEqual(numbers(500));
  });

  it('waits for a neighbor that does not read, but not for long: then it is demoted', async () => {
    const { publisher, stop } = await pair();
    stop();
    for (let i = 0; !publisher.stats().neighbors[0]!.demoted; i++)
      await within('the demotion', publisher.publish(kilobyte(i)));
    const { owed } = publisher.stats().neighbors[0]!;
    expect(owed).toBe(0);
    const before = waitingAt(publisher);
    for (const i of numbers(100)) await publisher.publish(kilobyte(i));
    // A PING may wait as well; none of the hundred messages does.
    expect(waitingAt(publisher) - before).toBeLessThan(kilobyte(0).length);
  });

  it('loses nothing for a neighbor that was demoted and reads again', async () => {
    const { publisher, reader, stop, resume } = await pair();
    const heard = record(reader.messages());
    stop();
    let count = 0;
    while (!publisher.stats().neighbors[0]!.demoted) await publisher.publish(kilobyte(count++));
    for (const end = count + 100; count < end; count++) await publisher.publish(kilobyte(count));
    const all = within(
      'all messages',
      new Promise<void>((resolve) =>
        reader.messages().subscribe(() => heard.values.length === count && resolve()),
      ),
      10_000,
    );
    resume();
    await all;
    expect(heard.values.map(numberOf).sort((a, b) => a - b)).toEqual(numbers(count));
  });

  it('leaves the event loop to others although nobody has to be waited for', async () => {
    const peer = await here.started(options);
    let turned = false;
    setImmediate(() => (turned = true));
    const hasTurned = () => turned;
    // Bounded, because a loop that does not let go could not be ended from outside.
    for (let i = 0; i < 10_000 && !hasTurned(); i++) await peer.publish(kilobyte(i));
    expect(turned).toBe(true);
  });

  it('that waits is over when the peer closes, and so is drained', async () => {
    const { publisher, stop } = await pair();
    stop();
    for (const i of numbers(5)) publisher.send(kilobyte(i));
    const waiting = [publisher.publish('last'), publisher.drained()];
    await publisher.close();
    await within('both', Promise.all(waiting));
  });
});

describe('drained', () => {
  it('is so before anything was sent', async () => {
    await within('drained', here.create().drained());
    await within('drained', (await here.started()).drained());
  });
});

describe('the gauges', () => {
  it('are all 0 before the start and after the close', async () => {
    const empty = {
      ...{ links: 0, neighbors: [], storeMessages: 0, storeBytes: 0, origins: 0 },
      ...{ seenAbove: 0, missing: 0, announcements: 0, queuedBytes: 0 },
    };
    const { publisher } = await pair();
    await publisher.publish('a message');
    await publisher.close();
    expect([here.create().stats(), publisher.stats()]).toEqual([empty, empty]);
  });

  it('tell how full each buffer is', async () => {
    const { publisher, reader, stop } = await pair();
    stop();
    const { id, address } = reader;
    publisher.send(kilobyte(0));
    const { neighbors, storeBytes, ...rest } = publisher.stats();
    expect(neighbors).toEqual([
      { id, address, outboxBytes: expect.any(Number) as number, owed: 0, demoted: false },
    ]);
    expect(neighbors[0]!.outboxBytes).toBeGreaterThan(KIB);
    expect(storeBytes).toBeGreaterThan(KIB);
    expect(rest).toEqual({
      ...{ links: 1, storeMessages: 1, origins: 1 },
      ...{ seenAbove: 0, missing: 0, announcements: 0, queuedBytes: 0 },
    });
  });
});
