import { filter, map, mergeMap, of, tap, throwError, type Observable, type SchedulerLike } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Notice } from '../lib/doers.ts';
import { defaults, type Settings } from '../lib/options.ts';
import { runPeer, type RunningPeer } from '../lib/peer.ts';
import type { PeerInfo } from '../lib/protocol/state.ts';
import { createMemoryNetwork } from '../lib/transport/memory.ts';
import { TransportError, type Link, type Transport } from '../lib/transport/transport.ts';
import type { World } from '../lib/world/world.ts';
import { A, B, bytes, fixed, gossip, leave, publish } from './support/marbles.ts';
import { stubTransport, world } from './support/peers.ts';

/** A peer, not opened; a period has it say `round 1`, `round 2` ... */
function run(
  { clock, ...over }: { clock: SchedulerLike } & Partial<World>,
  transport: Transport = stubTransport(),
  {
    period = 0,
    who = A,
    settings = {},
  }: { period?: number; who?: PeerInfo; settings?: Partial<Settings> } = {},
): RunningPeer {
  let count = 0;
  const peer = runPeer(
    {
      self: { ...who, address: '', advertise: '' },
      settings: { ...defaults, ...settings },
      listen: { host: who.address.split(':')[0]!, port: 8080 },
      rounds: { period, publish: () => peer.tell(publish(`round ${++count}`)) },
    },
    world({ clock, ...over }),
    transport,
  );
  return peer;
}

type Helpers = Parameters<Parameters<TestScheduler['run']>[0]>[0];

/** Runs a spec on virtual time, where nothing may be left to do when it is over. */
function inVirtualTime(spec: (helpers: Helpers, clock: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run((helpers) => {
    // Whatever goes on for ever is found below instead of running for ever.
    scheduler.maxFrames = 60_000;
    spec(helpers, scheduler);
  });
  expect(pending(scheduler)).toBe(0);
}

const pending = (clock: TestScheduler) => clock.actions.filter((action) => !action.closed).length;

/** Calls what the letters of a diagram stand for when their time comes. */
const on = ({ cold }: Helpers, marbles: string, act: Readonly<Record<string, () => void>>) =>
  cold(marbles).subscribe((letter) => act[letter]?.());

const text = (payload: Uint8Array) => new TextDecoder().decode(payload);
const ofType = <T extends Notice['type']>(peer: RunningPeer, type: T) =>
  peer.notice$.pipe(filter((notice): notice is Extract<Notice, { type: T }> => notice.type === type));
/** What is sent, in words. */
const sent = (peer: RunningPeer): Observable<string> =>
  ofType(peer, 'published').pipe(
    map(({ message, neighbors }) => `${text(message.payload)} to [${neighbors.join(', ')}]`),
  );

describe('gossip ticks', () => {
  it('publish what is to be said, once a period, until the peer leaves', () => {
    inVirtualTime((helpers, clock) => {
      const peer = run({ clock }, stubTransport(), { period: 5000 });
      const commands = ' o 4999ms - 4999ms - 999ms l 9s -';
      const expected = '- 4999ms a 4999ms b 999ms |';
      on(helpers, commands, { o: peer.open, l: () => peer.tell(leave) });
      helpers.expectObservable(sent(peer)).toBe(expected, { a: 'round 1 to []', b: 'round 2 to []' });
    });
  });

  it('are none when the period is 0', () => {
    inVirtualTime((helpers, clock) => {
      const peer = run({ clock });
      const commands = ' o 59s l';
      const expected = '- 59s |';
      on(helpers, commands, { o: peer.open, l: () => peer.tell(leave) });
      helpers.expectObservable(sent(peer)).toBe(expected);
    });
  });

  it('tell the neighbors at that moment, who deliver with the address it was said at', () => {
    inVirtualTime((helpers, clock) => {
      const network = createMemoryNetwork(clock);
      const a = run({ clock }, network.transport('10.0.0.1'), { period: 5000 });
      const b = run({ clock }, network.transport('10.0.0.2'), { who: B, settings: { seeds: [A.address] } });
      const commands = ' o 5999ms b 3999ms - 999ms m';
      const sentByA = '  - 4999ms x 4999ms y 999ms |';
      const heardByB = ' - 9999ms y 999ms |';
      on(helpers, commands, {
        o: a.open,
        b: b.open,
        m: () => {
          a.tell(leave);
          b.tell(leave);
        },
      });
      const delivered = ofType(b, 'deliver').pipe(
        map(({ message, via }) => `${text(message.payload)} from ${message.address} via ${via}`),
      );
      helpers.expectObservable(sent(a)).toBe(sentByA, { x: 'round 1 to []', y: `round 2 to [${B.address}]` });
      helpers.expectObservable(delivered).toBe(heardByB, { y: `round 2 from ${A.address} via ${A.address}` });
    });
  });
});

describe('the loop', () => {
  const start = (over: { clock: SchedulerLike } & Partial<World>, transport?: Transport, period = 0) => {
    const peer = run(over, transport, { period });
    const notices: Notice[] = [];
    const ended: unknown[] = [];
    peer.notice$.subscribe({
      next: (notice) => notices.push(notice),
      error: (error: unknown) => ended.push(error),
      complete: () => ended.push('complete'),
    });
    peer.state$.subscribe({ error: () => undefined });
    return { peer, notices, ended };
  };
  const born: Notice = { type: 'listening', bound: A.address, address: A.address };

  it('does nothing before it is opened: no socket, no timer, no dice', () => {
    const scheduler = new TestScheduler(() => undefined);
    const transport = stubTransport();
    const { notices } = start({ clock: scheduler, random: fixed([]) }, transport, 5000);
    expect([notices, transport.asked, scheduler.actions]).toEqual([[], [], []]);
  });

  it('loses nothing of a transport that answers at once', () => {
    inVirtualTime((_, clock) => {
      const { peer, notices } = start({ clock });
      peer.open();
      expect(notices).toEqual([born]);
      peer.tell(leave);
    });
  });

  it('takes what a subscriber says in answer after what is being said', () => {
    inVirtualTime((_, clock) => {
      const { peer, notices } = start({ clock });
      ofType(peer, 'published')
        .pipe(filter(({ ref }) => ref === 1))
        .subscribe(() => {
          peer.tell(publish('answer', 2));
          expect(notices.filter(({ type }) => type === 'published')).toHaveLength(1);
        });
      peer.open();
      peer.tell(publish('first', 1));
      peer.tell(publish('second', 3));
      const published = (ref: number, sequence: number, said: string): Notice => ({
        type: 'published',
        ref,
        message: gossip(A, sequence, { hop: 0, payload: bytes(said) }),
        neighbors: [],
        lazy: [],
      });
      expect(notices).toEqual([
        born,
        published(1, 0, 'first'),
        published(2, 1, 'answer'),
        published(3, 2, 'second'),
      ]);
      peer.tell(leave);
    });
  });

  it('looks names up and dials what they stand for, again and again', () => {
    inVirtualTime((helpers, clock) => {
      const names: string[] = [];
      const lookup = (seed: string) => {
        names.push(`${clock.now()} ms: ${seed}`);
        return of([`10.0.0.${names.length + 1}:8080`]);
      };
      const transport = stubTransport({
        dial: () => throwError(() => new TransportError('connection refused')),
      });
      const peer = run({ clock, lookup }, transport, { settings: { seeds: ['seed.example:1'] } });
      on(helpers, ' o 1999ms l', { o: peer.open, l: () => peer.tell(leave) });
      helpers.flush();
      expect(names).toEqual(['0 ms: seed.example:1', '500 ms: seed.example:1', '1500 ms: seed.example:1']);
      expect(transport.asked).toEqual([
        'listen 10.0.0.1:8080',
        'dial 10.0.0.2:8080',
        'dial 10.0.0.3:8080',
        'dial 10.0.0.4:8080',
        'stop listening',
      ]);
    });
  });

  it('goes on after a link that talks nonsense, and after one that breaks', () => {
    inVirtualTime((helpers, clock) => {
      const network = createMemoryNetwork(clock);
      const hostile = network.transport('10.0.0.9');
      const peer = run({ clock }, network.transport('10.0.0.1'), { period: 5000 });
      const attack = (act: (link: Link) => void) =>
        hostile
          .dial(A.address)
          .pipe(
            tap(act),
            mergeMap((link) => link.chunk$),
          )
          .subscribe();
      on(helpers, ' o n c 4997ms - 999ms l', {
        o: peer.open,
        n: () => attack((link) => link.write(Uint8Array.of(0, 0, 0, 1, 0xc1))),
        c: () => attack((link) => link.cut()),
        l: () => peer.tell(leave),
      });
      helpers.expectObservable(sent(peer)).toBe('5s a 999ms |', { a: 'round 1 to []' });
    });
  });

  it('leaves: stops listening, forgets its alarms and rounds, and completes', () => {
    inVirtualTime((_, clock) => {
      const transport = stubTransport();
      const { peer, ended } = start({ clock }, transport, 5000);
      peer.open();
      peer.tell(leave);
      peer.tell(publish('late'));
      expect([ended, pending(clock)]).toEqual([['complete'], 0]);
      expect(transport.asked).toEqual(['listen 10.0.0.1:8080', 'stop listening']);
    });
  });

  it('ends with the reason when it cannot listen, and stops its rounds', () => {
    inVirtualTime((_, clock) => {
      const inUse = new TransportError('port already in use', 'EADDRINUSE');
      const { peer, ended } = start(
        { clock },
        stubTransport({ listen: () => throwError(() => inUse) }),
        5000,
      );
      peer.open();
      expect([ended, pending(clock)]).toEqual([[inUse], 0]);
    });
  });

  it('ends with the error when a step throws, which is a bug, and leaves nothing running', () => {
    inVirtualTime((_, clock) => {
      const bug = new Error('a bug');
      const transport = stubTransport();
      let dice = fixed();
      const { peer, notices, ended } = start({ clock, random: () => dice() }, transport, 5000);
      peer.open();
      dice = () => {
        throw bug;
      };
      peer.tell({ type: 'woken', alarm: 'shuffle' });
      peer.tell(publish('late'));
      expect([notices, ended, pending(clock)]).toEqual([[born], [bug], 0]);
      expect(transport.asked).toEqual(['listen 10.0.0.1:8080', 'stop listening']);
    });
  });
});
