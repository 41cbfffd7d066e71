import { SimClock } from '../../lib/sim/clock.ts';
import { SimNetwork, type NetworkOptions } from '../../lib/sim/network.ts';
import type { Process } from '../../lib/sim/process.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import type { Link } from '../../lib/transport/transport.ts';
import { D, gossip } from '../support/marbles.ts';
import { burstFrom } from '../support/messages.ts';
import { transportContract } from '../transport/contract.ts';

/** The contract is written for networks that run by themselves: this clock goes on whenever the test waits. */
function selfRunning(options: Partial<NetworkOptions>) {
  const clock = new SimClock();
  const network = new SimNetwork(clock, { seed: 1, latency: { min: 1, max: 5 }, loss: 0, ...options });
  const turn = () => {
    // A little at a time, or what a test writes between two turns would find every timeout already over.
    clock.run(clock.now() + 10);
    timer = setImmediate(turn);
  };
  let timer = setImmediate(turn);
  stops.push(() => clearImmediate(timer));
  return { a: network.boot('10.0.0.1'), b: network.boot('10.0.0.2'), host: '10.0.0.2' };
}
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

transportContract('the simulated network', () => selfRunning({}));
transportContract('the simulated network with one packet in ten lost', () => selfRunning({ loss: 0.1 }));

const listenPort = 7946;

/** Two machines 10 ms apart; b listens and logs what its links say, a dials. Everything is told with its time. */
function pair(loss = 0) {
  const clock = new SimClock();
  const network = new SimNetwork(clock, { seed: 1, latency: { min: 10, max: 10 }, loss });
  const [a, b] = [network.boot('10.0.0.1'), network.boot('10.0.0.2')];
  const log: string[] = [];
  const say = (what: string) => log.push(`${clock.now()} ${what}`);
  const tell = (name: string, link: Link) => {
    link.chunk$.subscribe({
      next: (chunk) => say(`${name} reads ${Buffer.from(chunk).toString()}`),
      error: (error: unknown) => say(`${name} ${String(error)}`),
      complete: () => say(`${name} completes`),
    });
    return link;
  };
  const listen = (process: Process) => {
    const links: Link[] = [];
    process.listen(process.machine.host, listenPort).subscribe(({ link$ }) =>
      link$.subscribe((link) => {
        say('b accepts');
        links.push(tell('b', link));
      }),
    );
    return links;
  };
  const dial = (process: Process, to = b) => {
    const links: Link[] = [];
    process.dial(`${to.machine.host}:${listenPort}`).subscribe({
      next: (link) => {
        say('a is linked');
        links.push(tell('a', link));
      },
      error: (error: unknown) => say(`a ${String(error)}`),
    });
    return links;
  };
  const linked = () => {
    const theirs = listen(b);
    const ours = dial(a);
    clock.run(100);
    log.length = 0;
    return { near: ours[0]!, far: theirs[0]! };
  };
  return { clock, network, a, b, log, listen, dial, linked };
}

const text = (what: string) => Buffer.from(what);

describe('the simulated network', () => {
  it('takes one latency to knock, two to be linked, one for bytes and one for the end', () => {
    const { clock, a, b, log, listen, dial } = pair();
    listen(b);
    const ours = dial(a);
    clock.run(20);
    ours[0]!.write(text('hel'));
    ours[0]!.write(text('lo'));
    ours[0]!.end();
    clock.run();
    expect(log).toEqual([
      '10 b accepts',
      '20 a is linked',
      '30 b reads hel',
      '30 b reads lo',
      '30 b completes',
      '40 a completes',
    ]);
  });

  it('has the same latency both ways, for all links of two machines, and others for other pairs', () => {
    const network = new SimNetwork(new SimClock(), { seed: 7, latency: { min: 10, max: 50 }, loss: 0 });
    const machines = Array.from({ length: 50 }, (_, at) => network.machine(`10.0.0.${at}`));
    const drawn = machines.flatMap((a, i) => machines.slice(i + 1).map((b) => network.latency(a, b)));
    expect(network.latency(machines[3]!, machines[9]!)).toBe(network.latency(machines[9]!, machines[3]!));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...drawn)).toBeLessThan(50);
    const mean = drawn.reduce((sum, one) => sum + one, 0) / drawn.length;
    expect(Math.abs(mean - 30)).toBeLessThan(1.5);
  });

  it('delivers a lost packet one timeout later, with all behind it, in order', () => {
    const { clock, log, linked } = pair(0.5);
    const { near } = linked();
    for (let at = 0; at < 20; at++) clock.schedule(() => near.write(text(`${at}`)), at);
    clock.run(100_000);
    const read = log
      .map((line) => /^(\S+) b reads (\d+)$/.exec(line)!)
      .map(([, at, n]) => [Number(at), Number(n)]);
    expect(read.map(([, n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    const late = read.map(([at, n]) => at! - 100 - n! - 10);
    expect(late.some((by) => by >= 200)).toBe(true);
    expect(read.every(([at], i) => i === 0 || at! >= read[i - 1]![0]!)).toBe(true);
  });

  it('refuses a dial to a machine where nobody listens, after a round trip', () => {
    const { clock, a, log, dial } = pair();
    dial(a);
    clock.run();
    expect(log).toEqual(['20 a TransportError: connection refused']);
  });

  it('says nothing while parted: no byte, no end, no answer to a dial', () => {
    const { clock, network, a, log, linked, dial } = pair();
    const { near, far } = linked();
    network.part(({ index }) => index);
    near.write(text('unheard'));
    far.end();
    dial(a);
    clock.run(2200);
    expect(log).toEqual(['2100 a TransportError: timed out after 2 s', '2100 b completes']);
  });

  it('sends again what was lost in the silence, at the next timeout after it', () => {
    const { clock, network, log, linked } = pair();
    const { near } = linked();
    network.part(({ index }) => index);
    near.write(text('one'));
    clock.run(150);
    near.write(text('two'));
    clock.run(800);
    network.heal();
    near.write(text('three'));
    clock.run(5000);
    // Lost at 100; tried again at 300, 700 and then 1500.
    expect(log).toEqual(['1510 b reads one', '1510 b reads two', '1510 b reads three']);
  });

  it('resets after the silence a link that the other end has cut meanwhile', () => {
    const { clock, network, log, linked } = pair();
    const { near, far } = linked();
    network.part(({ index }) => index);
    far.cut();
    near.write(text('anyone?'));
    clock.run(250);
    network.heal();
    clock.run(5000);
    // Tried again at 300: a packet for a link that is no more.
    expect(log).toEqual(['100 b completes', '320 a TransportError: connection reset by the other end']);
  });

  it('connects a dial that is still trying when the silence ends', () => {
    const { clock, network, a, b, log, listen, dial } = pair();
    listen(b);
    clock.run(1);
    network.part(({ index }) => index);
    dial(a);
    clock.run(500);
    network.heal();
    clock.run(3000);
    expect(log).toEqual(['1011 b accepts', '1021 a is linked']);
  });

  it('resets the links of a killed process at their other ends one latency later, and refuses dials', () => {
    const { clock, a, b, log, linked, dial } = pair();
    const { far } = linked();
    far.write(text('last words'));
    b.crash();
    dial(a);
    clock.run(5000);
    expect(log).toEqual([
      '110 a reads last words',
      '110 a TransportError: connection reset by the other end',
      '120 a TransportError: connection refused',
    ]);
  });

  it('lets no callback of a killed process run', () => {
    const { clock, a, log, linked } = pair();
    const { near } = linked();
    near.end();
    a.crash();
    clock.run(5000);
    expect(log.filter((line) => line.includes(' a '))).toEqual([]);
  });

  it('is silent when a machine fails, until it is started again: then it knows no old link', () => {
    const { clock, network, a, b, log, linked, listen, dial } = pair();
    const { near } = linked();
    b.powerOff();
    near.write(text('anyone?'));
    dial(a);
    clock.run(10_000);
    expect(log).toEqual(['2100 a TransportError: timed out after 2 s']);
    listen(network.boot('10.0.0.2'));
    dial(a);
    clock.run(30_000);
    expect(log.slice(1)).toEqual([
      '10010 b accepts',
      '10020 a is linked',
      '12720 a TransportError: connection reset by the other end',
    ]);
  });

  it('keeps the links of a hung process and accepts more; all is read when it goes on', () => {
    const { clock, a, b, log, linked, dial } = pair();
    const { near } = linked();
    b.hang();
    near.write(text('hello?'));
    dial(a);
    clock.run(5000);
    expect(log).toEqual(['120 a is linked']);
    b.resume();
    clock.run(6000);
    expect(log.slice(1)).toEqual(['5000 b accepts', '5000 b reads hello?']);
  });

  it('frees what a link held when both ends are over', () => {
    const { clock, a, b, linked } = pair();
    const { near } = linked();
    near.write(text('x'));
    near.end();
    clock.run();
    expect([a.links.size, b.links.size, clock.pending, near.buffered()]).toEqual([0, 0, 0, 0]);
  });

  it('counts each payload of a BURST, which is no control frame', () => {
    const { clock, network, linked } = pair();
    const { near } = linked();
    const payloads = Array.from({ length: 16 }, (_, nr) => Uint8Array.of(nr));
    const codec = createCodec({ maxPayload: 100 });
    near.write(codec.encode(burstFrom(gossip(D, 0), payloads)));
    near.write(codec.encode({ type: 'ping', nonce: 1 }));
    clock.run();
    expect(network.tap.counts()).toMatchObject({ payloads: 16, control: 1, framesReceived: 2 });
  });

  it('counts frames by type and payloads, and folds what arrives into the trace', () => {
    const frame = (code: number) => Buffer.from([0, 0, 0, 2, 0x91, code]);
    const run = (last: number) => {
      const { clock, network, linked } = pair();
      const { near } = linked();
      near.write(Buffer.concat([frame(3), frame(3)]));
      near.write(frame(16));
      clock.run();
      near.write(frame(last));
      clock.run();
      return network.tap;
    };
    const counts = run(4).counts();
    expect(counts).toMatchObject({
      payloads: 1,
      packets: 2,
      framesSent: 4,
      framesReceived: 4,
      bytesReceived: 24,
    });
    expect(counts.received).toMatchObject({ ping: 2, pong: 1, gossip: 1, hello: 0 });
    expect(run(4).hash).toBe(run(4).hash);
    expect(run(4).hash).not.toBe(run(3).hash);
  });
});
