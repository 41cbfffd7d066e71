import {
  asapScheduler,
  asyncScheduler,
  BehaviorSubject,
  endWith,
  mergeMap,
  Subject,
  tap,
  VirtualTimeScheduler,
} from 'rxjs';
import { cut, refused, silent, slow } from '../../lib/transport/faults.ts';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import { createTcp } from '../../lib/transport/tcp.ts';
import { TransportError, type Transport } from '../../lib/transport/transport.ts';
import { transportContract } from './contract.ts';
import { COMPLETED, failureOf, linked, next, pattern, read, within } from './helpers.ts';

transportContract('tcp with faults that are off', () => {
  const faulty = (inner: Transport) =>
    refused(0, () => 0)(cut(new Subject())(silent(new BehaviorSubject(false), asyncScheduler)(inner)));
  return { a: faulty(createTcp()), b: faulty(createTcp()), host: '127.0.0.1' };
});

transportContract('a slow memory network', () => {
  const network = createMemoryNetwork();
  const sluggish = slow({ delay: 2 }, asyncScheduler);
  return { a: sluggish(network.transport()), b: sluggish(network.transport()), host: '127.0.0.1' };
});

describe.each([
  ['tcp', () => ({ a: createTcp(), b: createTcp() })],
  [
    'memory',
    () => {
      const network = createMemoryNetwork(asapScheduler, { reuse: true });
      return { a: network.transport(), b: network.transport() };
    },
  ],
] as const)('faults on %s', (_name, make) => {
  const open: Transport[] = [];
  const pair = () => {
    const made = make();
    open.push(made.a, made.b);
    return made;
  };
  afterEach(async () => {
    await within('close', Promise.all(open.splice(0).map((it) => it.close(0))));
  });

  it('silence holds bytes, ends and cuts back both ways; afterwards all comes in order', async () => {
    const { a, b } = pair();
    const silent$ = new BehaviorSubject(false);
    const hushed = silent(silent$, asyncScheduler)(a);
    const { near, far } = await linked(hushed, b, '127.0.0.1');
    const [atNear, atFar] = [read(near), read(far)];
    near.write(Buffer.from('one '));
    await atFar.atLeast(4);

    silent$.next(true);
    near.write(Buffer.from('two '));
    near.write(Buffer.from('three'));
    near.end();
    far.write(Buffer.from('unheard'));
    expect(near.buffered()).toBe(9);
    await next('the far end to have sent', far.drain$);
    // A link beside it, of the undecorated transport: what it carries has had the time to arrive, and so had the rest.
    const beside = await linked(a, b, '127.0.0.1');
    beside.near.write(Buffer.from('loud'));
    await read(beside.far).atLeast(4);
    expect(atFar.bytes().toString()).toBe('one ');
    expect(atNear.bytes().toString()).toBe('');

    silent$.next(false);
    expect(await atFar.over()).toBe(COMPLETED);
    expect(atFar.bytes().toString()).toBe('one two three');
    expect(await atNear.over()).toBe(COMPLETED);
    expect(atNear.bytes().toString()).toBe('unheard');
  });

  it('a link cut during silence is over here at once, and there when the silence is', async () => {
    const { a, b } = pair();
    const silent$ = new BehaviorSubject(false);
    const { near, far } = await linked(silent(silent$, asyncScheduler)(a), b, '127.0.0.1');
    const [atNear, atFar] = [read(near), read(far)];
    let farIsOver = false;
    silent$.next(true);
    near.cut();
    expect(await atNear.over()).toBe(COMPLETED);
    const over = atFar.over().then(() => (farIsOver = true));
    const beside = await linked(a, b, '127.0.0.1');
    beside.near.cut();
    await read(beside.far).over();
    expect(farIsOver).toBe(false);
    silent$.next(false);
    await over;
  });

  it('silence lets dials time out', async () => {
    const { a } = pair();
    const error = await failureOf(
      silent(new BehaviorSubject(true), asyncScheduler, 20)(a).dial('127.0.0.1:1'),
    );
    expect(error).toMatchObject({ code: 'ETIMEDOUT', message: 'timed out after 0.02 s' });
  });

  it('a cut on demand breaks every link at both ends, and later ones are new', async () => {
    const { a, b } = pair();
    const cut$ = new Subject<void>();
    const fragile = cut(cut$)(a);
    const links = [await linked(fragile, b, '127.0.0.1'), await linked(fragile, b, '127.0.0.1')];
    const near = links.map((it) => read(it.near));
    const far = links.map((it) => read(it.far));
    cut$.next();
    for (const reading of near) expect(await reading.over()).toMatchObject({ code: 'ECONNRESET' });
    for (const reading of far) await reading.over();
    expect(cut$.observed).toBe(false);
    const later = await linked(fragile, b, '127.0.0.1');
    const reading = read(later.near);
    later.far.write(Buffer.from('new'));
    expect((await reading.atLeast(3)).toString()).toBe('new');
  });

  it('a slow link delivers everything in the end, and close does not wait for its pace', async () => {
    const { a, b } = pair();
    const sluggish = slow({ bytesPerSecond: 1000 }, asyncScheduler)(a);
    const { near, far } = await linked(sluggish, b, '127.0.0.1');
    const [atFar] = [read(far), read(near)];
    const bytes = pattern(1_000_000);
    near.write(bytes);
    expect(near.buffered()).toBe(bytes.length);
    await within('close', sluggish.close(2000));
    expect(await atFar.over()).toBe(COMPLETED);
    expect(atFar.bytes().equals(bytes)).toBe(true);
  });
});

describe('faults on a virtual clock', () => {
  it('a slow link delays each write and lets through so many bytes a second', () => {
    const clock = new VirtualTimeScheduler();
    const network = createMemoryNetwork(clock);
    const arrivals: string[] = [];
    network
      .transport('b')
      .listen('b', 1)
      .pipe(
        mergeMap((listener) => listener.link$),
        mergeMap((link) => link.chunk$.pipe(endWith(undefined))),
      )
      .subscribe((chunk) => arrivals.push(`${clock.now()}: ${chunk?.length ?? 'end'}`));
    let drained = 0;
    const link$ = slow({ delay: 50, bytesPerSecond: 1000 }, clock)(network.transport('a')).dial('b:1');
    link$
      .pipe(
        tap((link) => {
          for (const size of [100, 200, 10]) link.write(new Uint8Array(size));
          expect(link.buffered()).toBe(310);
          link.end();
        }),
        mergeMap((link) => link.drain$),
      )
      .subscribe(() => drained++);
    clock.flush();
    expect(arrivals).toEqual(['150: 100', '350: 200', '360: 10', '360: end']);
    expect(drained).toBe(1);
  });

  it('dials are refused as often as told', () => {
    const draws = [0.2, 0.5, 0.7];
    const clock = new VirtualTimeScheduler();
    const network = createMemoryNetwork(clock);
    network
      .transport('b')
      .listen('b', 1)
      .pipe(mergeMap((listener) => listener.link$))
      .subscribe();
    const flaky = refused(0.5, () => draws.shift()!)(network.transport('a'));
    const outcomes: string[] = [];
    for (let i = 0; i < 3; i++) {
      flaky.dial('b:1').subscribe({
        next: () => outcomes.push('linked'),
        error: (error: unknown) => outcomes.push((error as TransportError).code),
      });
      clock.flush();
    }
    expect(outcomes).toEqual(['ECONNREFUSED', 'linked', 'linked']);
  });
});
