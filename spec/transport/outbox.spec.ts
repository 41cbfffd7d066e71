import { asyncScheduler, Subject } from 'rxjs';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import { createOutbox, type Outbox, type Pressure } from '../../lib/transport/outbox.ts';
import { createTcp } from '../../lib/transport/tcp.ts';
import type { Link, Transport } from '../../lib/transport/transport.ts';
import { linked, pattern, read, within } from './helpers.ts';

const KIB = 1024;
const limits = { window: 64 * KIB, highWater: 256 * KIB, outboxLimit: 1024 * KIB };

/** A link whose network takes bytes when the spec says so. */
function fakeLink() {
  const drain$ = new Subject<void>();
  const written: string[] = [];
  let buffered = 0;
  const link = {
    drain$,
    buffered: () => buffered,
    write: (bytes: Uint8Array) => {
      written.push(String.fromCharCode(bytes[0]!));
      buffered += bytes.length;
    },
    end: () => written.push('end'),
  } as unknown as Link;
  const take = (): void => {
    buffered = 0;
    drain$.next();
  };
  return { link, written, take };
}

/** A frame that is known by its first letter. */
const frame = (name: string, size = 100): Uint8Array => Buffer.alloc(size, name);

/** Gives an outbox payloads of 16 KiB each. */
function fill(outbox: Outbox, names: string): void {
  for (const name of names) outbox.write(frame(name, 16 * KIB), 'payload');
}

describe('an outbox', () => {
  it('gives the link at once what it has room for, in order', () => {
    const { link, written } = fakeLink();
    const outbox = createOutbox(link, limits, () => undefined);
    outbox.write(frame('a'), 'payload');
    outbox.write(frame('b'), 'control');
    outbox.write(frame('c'), 'payload');
    expect(written).toEqual(['a', 'b', 'c']);
    expect(outbox.bytes()).toBe(300);
  });

  it('keeps the rest until the link has taken what it was given', () => {
    const { link, written, take } = fakeLink();
    const outbox = createOutbox(link, limits, () => undefined);
    fill(outbox, 'abcdefghij');
    expect(written.join('')).toBe('abcd');
    expect(outbox.bytes()).toBe(160 * KIB);
    take();
    expect(written.join('')).toBe('abcdefgh');
    expect(outbox.bytes()).toBe(96 * KIB);
    take();
    take();
    expect(written.join('')).toBe('abcdefghij');
    expect(outbox.bytes()).toBe(0);
  });

  it('never gives the link more than it has room for, whatever it was given when it had taken something', () => {
    const { link, written, take } = fakeLink();
    const outbox = createOutbox(link, limits, () => undefined);
    fill(outbox, 'abcdef');
    take(); // it is given e and f
    fill(outbox, 'ghijk');
    expect(written.join('')).toBe('abcdefgh');
  });

  it('lets control frames pass the payloads that wait, and keeps the order within each', () => {
    const { link, written, take } = fakeLink();
    const outbox = createOutbox(link, limits, () => undefined);
    fill(outbox, 'abcdef');
    outbox.write(frame('1'), 'control');
    fill(outbox, 'g');
    outbox.write(frame('2'), 'control');
    take();
    expect(written.join('')).toBe('abcd12efg');
  });

  it('is congested at the high-water mark, and relieved when no more than a quarter of it waits', () => {
    const { link, take } = fakeLink();
    const told: Pressure[] = [];
    const outbox = createOutbox(link, limits, (pressure) => told.push(pressure));
    fill(outbox, 'abcdefghijklmno');
    expect(told).toEqual([]);
    fill(outbox, 'p');
    expect(told).toEqual(['congested']);
    fill(outbox, 'q');
    expect(told).toEqual(['congested']);
    take();
    take();
    take();
    expect(told).toEqual(['congested', 'took', 'took', 'took']);
    take();
    expect(told).toEqual(['congested', 'took', 'took', 'took', 'relieved']);
    take();
    expect(told).toHaveLength(5);
  });

  it('is congested by one frame of that size, although the link has it all', () => {
    const { link, take } = fakeLink();
    const told: Pressure[] = [];
    const outbox = createOutbox(link, limits, (pressure) => told.push(pressure));
    outbox.write(frame('a', 256 * KIB), 'payload');
    take();
    expect(told).toEqual(['congested', 'relieved']);
  });

  it('holds its limit and one frame; what comes then is lost, and that it is stuck is said once', () => {
    const { link } = fakeLink();
    const told: Pressure[] = [];
    const outbox = createOutbox(link, limits, (pressure) => told.push(pressure));
    outbox.write(frame('a', 1023 * KIB), 'payload');
    outbox.write(frame('b', 512 * KIB), 'payload');
    expect(outbox.bytes()).toBe(1535 * KIB);
    for (let i = 0; i < 100; i++) outbox.write(frame('c', 512 * KIB), i % 2 === 0 ? 'payload' : 'control');
    expect(outbox.bytes()).toBe(1535 * KIB);
    expect(told).toEqual(['congested', 'stuck']);
  });

  it('may be written to by who is told that it is relieved', () => {
    const { link, written, take } = fakeLink();
    const outbox: Outbox = createOutbox(link, limits, (pressure) => {
      if (pressure === 'relieved') fill(outbox, 'xyz');
    });
    fill(outbox, 'abcdefghijklmnop');
    for (let i = 0; i < 6; i++) take();
    expect(written.join('')).toBe('abcdefghijklmnopxyz');
    expect(outbox.bytes()).toBe(0);
  });

  it('that is ended gives the link all it has, then its end', () => {
    const { link, written } = fakeLink();
    const outbox = createOutbox(link, limits, () => undefined);
    fill(outbox, 'abcdef');
    outbox.write(frame('1'), 'control');
    outbox.end();
    expect(written).toEqual([...'abcd1ef', 'end']);
  });

  it('hands out 100,000 frames in order', () => {
    const { link, written, take } = fakeLink();
    const outbox = createOutbox(link, { ...limits, outboxLimit: Infinity }, () => undefined);
    const names = Array.from({ length: 100_000 }, (_, i) => String.fromCharCode(i % 60_000));
    for (const name of names)
      outbox.write({ length: 640, 0: name.charCodeAt(0) } as unknown as Uint8Array, 'payload');
    while (outbox.bytes() > 0) take();
    expect(written.join('') === names.join('')).toBe(true);
  });
});

interface Network {
  readonly name: string;
  readonly make: () => { readonly near: Transport; readonly far: Transport };
  /** How many large payloads a link is given before the next waits: a system may take the first at once. */
  readonly given: readonly number[];
}
const networks: readonly Network[] = [
  { name: 'TCP', make: () => ({ near: createTcp(), far: createTcp() }), given: [1, 2] },
  {
    name: 'the memory network',
    make: () => {
      const network = createMemoryNetwork(asyncScheduler);
      return { near: network.transport(), far: network.transport() };
    },
    given: [1],
  },
];

describe.each(networks)('an outbox over $name', ({ make, given }) => {
  let [near, far]: Transport[] = [];
  beforeEach(() => {
    ({ near, far } = make());
  });
  afterEach(() => within('close', Promise.all([near!.close(0), far!.close(0)])));

  it('is bounded while the other end does not read, whatever is written to it', async () => {
    const ends = await linked(near!, far!, '127.0.0.1');
    const stuck = new Promise<Pressure>((resolve) => {
      const outbox = createOutbox(ends.near, limits, (pressure) => pressure === 'stuck' && resolve(pressure));
      const bytes = pattern(64 * KIB);
      // More than systems buffer; a turn after each round, in which they may take what they will.
      const write = (rounds: number): void => {
        for (let i = 0; i < 16; i++) outbox.write(bytes, 'payload');
        expect(outbox.bytes()).toBeLessThanOrEqual(limits.outboxLimit + bytes.length);
        if (rounds > 0) setImmediate(write, rounds - 1);
      };
      write(200);
    });
    expect(await within('the outbox to be stuck', stuck)).toBe('stuck');
  });

  it('delivers everything, control first, once the other end reads', async () => {
    const ends = await linked(near!, far!, '127.0.0.1');
    let outbox: Outbox | undefined;
    const relieved = new Promise<void>((resolve) => {
      outbox = createOutbox(
        ends.near,
        { ...limits, outboxLimit: 64 * KIB * KIB },
        (pressure) => pressure === 'relieved' && resolve(),
      );
    });
    const payload = pattern(1024 * KIB);
    for (let i = 0; i < 32; i++) outbox!.write(payload, 'payload');
    outbox!.write(frame('!', 1), 'control');
    const reading = read(ends.far);
    await within('relief', relieved);
    const all = await reading.atLeast(32 * payload.length + 1);
    // What was with the link already comes before the control frame, and not all 32.
    const payloads = (count: number) => Array<Buffer>(count).fill(payload);
    const after = (count: number) =>
      Buffer.concat([...payloads(count), frame('!', 1), ...payloads(32 - count)]);
    expect(given.filter((count) => all.equals(after(count)))).toHaveLength(1);
    expect(outbox!.bytes()).toBe(0);
  });

  it('flushes what it has when it is ended, before the end', async () => {
    const ends = await linked(near!, far!, '127.0.0.1');
    const outbox = createOutbox(ends.near, { ...limits, outboxLimit: 64 * KIB * KIB }, () => undefined);
    const payload = pattern(1024 * KIB);
    for (let i = 0; i < 8; i++) outbox.write(payload, 'payload');
    outbox.end();
    const reading = read(ends.far);
    expect(await reading.over()).toBe('completed');
    expect(reading.bytes()).toHaveLength(8 * payload.length);
  });
});
