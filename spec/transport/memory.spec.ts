import { asapScheduler, asyncScheduler, mergeMap, VirtualTimeScheduler } from 'rxjs';
import type { SchedulerAction, SchedulerLike, Subscription } from 'rxjs';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import type { Link } from '../../lib/transport/transport.ts';
import { transportContract } from './contract.ts';
import { failureOf, linked, listening, next, read } from './helpers.ts';

transportContract('memory', () => {
  const network = createMemoryNetwork();
  return { a: network.transport(), b: network.transport(), host: '127.0.0.1' };
});

transportContract('memory with a reused buffer, latency and two machines', () => {
  const network = createMemoryNetwork(asyncScheduler, { reuse: true, latency: () => 2 });
  return { a: network.transport('10.0.0.1'), b: network.transport('10.0.0.2'), host: '10.0.0.2' };
});

describe('memory: what a simulation relies on', () => {
  it('gives ports from 1 up', async () => {
    const network = createMemoryNetwork();
    const [one, two] = [network.transport('a'), network.transport('b')];
    const ports = [];
    for (const transport of [one, one, two]) ports.push((await listening(transport, '0.0.0.0')).port);
    expect(ports).toEqual([1, 2, 1]);
    await Promise.all([one.close(0), two.close(0)]);
  });

  it('keeps the ports of machines apart, and loopback to one’s own', async () => {
    const network = createMemoryNetwork();
    const [one, two] = [network.transport('a'), network.transport('b')];
    const there = await listening(two, '127.0.0.1');
    expect(await failureOf(one.dial(`127.0.0.1:${there.port}`))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await failureOf(one.dial(`a:${there.port}`))).toMatchObject({ code: 'ECONNREFUSED' });
    await Promise.all([one.close(0), two.close(0)]);
  });

  it('overwrites the reused buffer, so that who keeps a chunk finds out', async () => {
    const network = createMemoryNetwork(asapScheduler, { reuse: true });
    const transport = network.transport();
    const there = await listening(transport, '127.0.0.1');
    const kept: Uint8Array[] = [];
    there.accepted$.pipe(mergeMap((link) => link.chunk$)).subscribe((chunk) => kept.push(chunk));
    const written = Buffer.from('keep me');
    const link = await next('a link', transport.dial(there.address));
    link.write(written);
    await next('a drain', link.drain$);
    expect(Buffer.from(kept[0]!).toString()).not.toContain('keep me');
    expect(written.toString()).toBe('keep me');
    await transport.close(0);
  });

  it('leaves nothing on the clock when all links are over', async () => {
    const waiting = new Set<Subscription>();
    const clock: SchedulerLike = {
      now: () => asapScheduler.now(),
      schedule: <T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T) => {
        const done = () => waiting.delete(action);
        const action: Subscription = asapScheduler.schedule<T>(
          function (it) {
            done();
            work.call(this, it);
          },
          delay,
          state,
        );
        waiting.add(action);
        action.add(done);
        return action;
      },
    };
    const transport = createMemoryNetwork(clock).transport();
    const { near, far } = await linked(transport, transport, '127.0.0.1');
    const readings = [read(near), read(far)];
    near.end();
    expect(waiting.size).toBeGreaterThan(0);
    for (const reading of readings) await reading.over();
    await transport.close(1000);
    expect(waiting.size).toBe(0);
  });

  /** A listener at `b:1` that says what happens and when; everything is run by the clock, nothing by the wall. */
  function onVirtualClock(latency: () => number) {
    const clock = new VirtualTimeScheduler();
    const network = createMemoryNetwork(clock, { latency });
    const log: string[] = [];
    const say = (what: string) => log.push(`${clock.now()} ${what}`);
    const [a, b] = [network.transport('a'), network.transport('b')];
    const tell = (name: string, link: Link) => {
      link.chunk$.subscribe({
        next: (chunk) => say(`${name} reads ${Buffer.from(chunk).toString()}`),
        error: (error: unknown) => say(`${name} ${String(error)}`),
        complete: () => say(`${name} completes`),
      });
      return link;
    };
    const listen = (onLink: (link: Link) => void) =>
      b
        .listen('b', 1)
        .pipe(mergeMap((listener) => listener.link$))
        .subscribe(onLink);
    return { clock, a, b, log, say, tell, listen };
  }

  it('takes one latency to knock, two to be linked, one for a chunk and one for the end', () => {
    const { clock, a, log, say, tell, listen } = onVirtualClock(() => 10);
    listen((link) => {
      say('accepted');
      tell('b', link).write(Buffer.from('welcome'));
    });
    a.dial('b:1').subscribe((link) => {
      say('linked');
      tell('a', link).write(Buffer.from('he'));
      link.write(Buffer.from('llo'));
      link.end();
    });
    clock.flush();
    expect(log).toEqual([
      '10 accepted',
      '20 linked',
      '20 a reads welcome',
      '30 b reads he',
      '30 b reads llo',
      '30 b completes',
      '40 a completes',
    ]);
  });

  it('tells a cut to the other end one latency later, after what was on its way', () => {
    const { clock, a, log, tell, listen } = onVirtualClock(() => 10);
    listen((link) => tell('b', link));
    a.dial('b:1').subscribe((link) => {
      tell('a', link).write(Buffer.from('last words'));
      clock.schedule(() => link.cut(), 5);
    });
    clock.flush();
    expect(log).toEqual([
      '25 a completes',
      '30 b reads last words',
      '35 b TransportError: connection reset by the other end',
    ]);
  });

  it('takes a round trip to be refused', () => {
    const { clock, a, log, say } = onVirtualClock(() => 10);
    a.dial('b:1').subscribe({ error: (error: unknown) => say(String(error)) });
    clock.flush();
    expect(log).toEqual(['20 TransportError: connection refused']);
  });

  it('cuts the accepted end of a dial that was given up under way', () => {
    const { clock, a, log, say, tell, listen } = onVirtualClock(() => 10);
    listen((link) => tell('b', link));
    const dial = a.dial('b:1').subscribe(() => say('linked'));
    clock.schedule(() => dial.unsubscribe(), 15);
    clock.flush();
    expect(log).toEqual(['25 b TransportError: connection reset by the other end']);
  });

  it('cuts an ended link after 2 s when the other end does not close', () => {
    const { clock, a, log, tell, listen } = onVirtualClock(() => 10);
    listen(() => undefined);
    a.dial('b:1').subscribe((link) => tell('a', link).end());
    clock.flush();
    expect(log).toEqual(['2020 a completes']);
  });

  it('draws the latency once for each dial, in the order of dialling', () => {
    const latencies = [30, 10];
    const { clock, a, log, say, listen } = onVirtualClock(() => latencies.shift()!);
    listen(() => undefined);
    a.dial('b:1').subscribe(() => say('first'));
    a.dial('b:1').subscribe(() => say('second'));
    clock.flush();
    expect(log).toEqual(['20 second', '60 first']);
    expect(latencies).toEqual([]);
  });

  it('resolves close on the virtual clock', async () => {
    const { clock, a, b, listen } = onVirtualClock(() => 10);
    listen(() => undefined);
    const links: Link[] = [];
    a.dial('b:1').subscribe((link) => links.push(link));
    clock.flush();
    const closing = Promise.all([a.close(100), b.close(100)]);
    clock.flush();
    await closing;
    links[0]!.write(Buffer.from('x'));
    expect(links[0]!.buffered()).toBe(0);
    expect(read(links[0]!).bytes()).toHaveLength(0);
  });
});
