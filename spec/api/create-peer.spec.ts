import { asyncScheduler, filter, type SchedulerLike } from 'rxjs';
import { createPeer } from '../../lib/api/create-peer.ts';
import type { Peer } from '../../lib/api/types.ts';
import {
  ClosedError,
  GossipError,
  InvalidOptionError,
  ListenError,
  NotStartedError,
  TooLargeError,
} from '../../lib/errors.ts';
import { fixed } from '../support/marbles.ts';
import { createNeighborhood, record, stubTransport, world, type Neighborhood } from '../support/peers.ts';
import { next, within } from '../transport/helpers.ts';

let here: Neighborhood;
beforeEach(() => {
  here = createNeighborhood();
});
afterEach(() => within('every peer to close', here.close()));

/** Two neighbors, of which the second joined through the first. */
async function pair(first = {}, second = {}): Promise<[Peer, Peer]> {
  const a = await here.started(first);
  const b = here.create({ ...second, connect: [a.address] });
  const met = Promise.all([next('a to meet b', a.neighborUp$), next('b to meet a', b.neighborUp$)]);
  await b.start();
  await met;
  return [a, b];
}

/** Every stream of a peer, with what it says from now on. */
const streamsOf = (peer: Peer) => ({
  messages: record(peer.messages()),
  sent: record(peer.sent$),
  up: record(peer.neighborUp$),
  down: record(peer.neighborDown$),
  state: record(peer.state$),
  diagnostic: record(peer.diagnostic$),
});
const endings = (streams: ReturnType<typeof streamsOf>) => Object.values(streams).map(({ ended }) => ended);
const allSix = (ending: string) => Array<string>(6).fill(ending);

describe('before its start a peer', () => {
  it('does nothing: no socket, no timer, no dice, not a word', () => {
    const clock: SchedulerLike = {
      now: () => 7,
      schedule: () => {
        throw new Error('a timer before the start');
      },
    };
    const transport = stubTransport();
    const surroundings = { world: world({ clock, random: fixed([]) }), transport };
    const peer = here.create({ period: 5000, connect: ['10.0.0.2:8080'] }, surroundings);
    const streams = streamsOf(peer);
    expect(transport.asked).toEqual([]);
    expect([peer.id, peer.address, peer.listening]).toEqual(['1'.repeat(32), '', '']);
    expect(streams.state.values).toEqual([{ id: peer.id, address: '', neighbors: [], known: [] }]);
    expect(endings(streams)).toEqual(allSix(''));
  });

  it('does not publish, and says so by name', async () => {
    const peer = here.create();
    await expect(peer.publish('too early')).rejects.toThrow(NotStartedError);
    const starting = peer.start();
    await expect(peer.publish('still too early')).rejects.toThrow(NotStartedError);
    await starting;
    await peer.publish('now');
  });

  it('refuses options that are wrong, by name', () => {
    expect(() => createPeer({ port: -1 })).toThrow(InvalidOptionError);
    expect(() => createPeer(null as never)).toThrow(InvalidOptionError);
    expect(() => createPeer({ port: -1 })).toThrow(GossipError);
  });
});

describe('a start', () => {
  it('resolves when the peer listens, and tells where', async () => {
    const peer = await here.started();
    expect([peer.address, peer.listening]).toEqual(['127.0.0.1:1', '127.0.0.1:1']);
    expect(record(peer.state$).values).toEqual([
      { id: peer.id, address: '127.0.0.1:1', neighbors: [], known: [] },
    ]);
  });

  it('happens once: asked for again it is the same', async () => {
    const peer = here.create();
    expect(peer.start()).toBe(peer.start());
    await peer.start();
  });

  it('does not wait for a seed that cannot be reached', async () => {
    const peer = await here.started({ connect: ['127.0.0.1:999'] });
    expect(await next('a word about it', peer.diagnostic$)).toEqual({
      level: 'info',
      text: 'no link to 127.0.0.1:999: connection refused; trying again',
    });
  });

  it('fails by name when the port is in use, and nothing is left of the peer', async () => {
    await here.started({ port: 8080 });
    const second = here.create({ port: 8080 });
    const streams = streamsOf(second);
    const failed = await second.start().catch((error: unknown) => error);
    expect(failed).toEqual(new ListenError('127.0.0.1', 8080, 'EADDRINUSE', 'port already in use'));
    expect(String(failed)).toContain('port 8080 is in use on 127.0.0.1');
    expect(endings(streams)).toEqual(allSix('complete'));
    await expect(second.publish('x')).rejects.toThrow(ClosedError);
    await second.close();
  });

  it('that failed is not tried again: asked for again it fails the same', async () => {
    await here.started({ port: 8080 });
    const second = here.create({ port: 8080 });
    const failed: unknown = await second.start().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ListenError);
    const again: unknown = await second.start().catch((error: unknown) => error);
    expect(again).toBe(failed);
  });

  it('fails by name when the port is in use, on real sockets', async () => {
    const first = createPeer();
    await first.start();
    const port = Number(first.listening.split(':')[1]);
    const second = createPeer({ port });
    const failed = await second.start().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ListenError);
    expect(failed).toMatchObject({ name: 'ListenError', host: '127.0.0.1', port, code: 'EADDRINUSE' });
    await Promise.all([first.close(), second.close()]);
  });

  it('fails by name after the close, whether or not there was a start before', async () => {
    const [never, once] = [here.create(), await here.started()];
    await Promise.all([never.close(), once.close()]);
    await expect(never.start()).rejects.toThrow(ClosedError);
    await expect(once.start()).rejects.toThrow(ClosedError);
  });
});

describe('a published message', () => {
  it('reaches the others once, with who said it, and is not among one’s own messages', async () => {
    const [a, b] = await pair();
    const [own, others, sent] = [record(a.messages()), record(b.messages()), record(a.sent$)];
    const arrived = next('the message', b.messages());
    await a.publish('grüß dich', { topic: 'news' });
    const message = await arrived;
    const id = { origin: a.id, epoch: message.id.epoch, sequence: 0 };
    expect({ ...message, text: message.text() }).toMatchObject({
      ...{ from: a.address, via: a.address, hops: 1, topic: 'news', text: 'grüß dich', id },
    });
    expect(sent.values.map(({ id, topic, neighbors }) => ({ id, topic, neighbors }))).toEqual([
      { id, topic: 'news', neighbors: [b.address] },
    ]);
    await Promise.all([a.close(), b.close()]);
    expect([own.values.length, others.values.length]).toEqual([0, 1]);
  });

  it('is bytes, whatever they are', async () => {
    const [a, b] = await pair();
    const arrived = next('the message', b.messages());
    const payload = Uint8Array.of(0, 255, 128);
    await a.publish(payload);
    expect([...(await arrived).payload]).toEqual([0, 255, 128]);
  });

  it('is relayed by a peer in the middle', async () => {
    const [a, b] = await pair();
    const c = here.create({ connect: [b.address], advertise: 'none' });
    const met = [next('c to meet b', c.neighborUp$), next('b to meet c', b.neighborUp$)];
    await c.start();
    await Promise.all(met);
    const arrived = next('the message', a.messages());
    await c.publish('from afar');
    const { from, hops, via } = await arrived;
    // Whether a and c have met yet or not, a hears it once, from c, whom nobody can dial.
    expect([from, [1, 2].includes(hops), via !== '']).toEqual([c.id, true, true]);
  });

  it('is among the messages of its topic only', async () => {
    const [a, b] = await pair();
    const [news, sport, every] = [
      record(b.messages('news')),
      record(b.messages('sport')),
      record(b.messages()),
    ];
    const last = next('the last message', b.messages().pipe(filter((message) => message.text() === 'last')));
    await a.publish('one', { topic: 'news' });
    await a.publish('two', { topic: 'sport' });
    await a.publish('last');
    await last;
    const texts = [news, sport, every].map(({ values }) => values.map((message) => message.text()));
    expect(texts).toEqual([['one'], ['two'], ['one', 'two', 'last']]);
  });

  it('may be as large as the limit and no larger, in bytes', async () => {
    const [a, b] = await pair({ maxPayload: 10 }, { maxPayload: 10 });
    const arrived = next('the message', b.messages());
    await expect(a.publish('ü'.repeat(6))).rejects.toEqual(new TooLargeError('payload', 12, 10));
    await expect(a.publish('x', { topic: 't'.repeat(256) })).rejects.toEqual(
      new TooLargeError('topic', 256, 255),
    );
    await a.publish('ü'.repeat(5));
    expect((await arrived).text()).toBe('üüüüü');
  });

  it.each([
    [5, {}, 'payload'],
    [null, {}, 'payload'],
    ['x', { topic: 5 }, 'topic'],
    ['x', { topic: null }, 'topic'],
    ['x', { topic: Symbol.iterator }, 'topic'],
    ['x', { topics: 'news' }, 'topics'],
    ['x', null, 'options'],
    ['x', 'news', 'options'],
  ])(
    'is refused by name when it is %p with %p, and the next one arrives',
    async (payload, options, option) => {
      const [a, b] = await pair();
      const arrived = next('a message', b.messages());
      const wrong = { name: 'InvalidOptionError', option };
      await expect(a.publish(payload as never, options as never)).rejects.toMatchObject(wrong);
      expect(() => a.send(payload as never, options as never)).toThrow(
        expect.objectContaining(wrong) as Error,
      );
      await a.publish('next');
      expect((await arrived).text()).toBe('next');
    },
  );

  it('is published although nobody is there, and nobody has it', async () => {
    const peer = await here.started();
    const sent = record(peer.sent$);
    await peer.publish('into the void');
    expect(sent.values.map(({ neighbors }) => neighbors)).toEqual([[]]);
  });

  it('may be published by the one who is told of another, and both arrive in order', async () => {
    const [a, b] = await pair();
    const last = next('the answer', b.messages().pipe(filter((message) => message.text() === 'answer')));
    const heard = record(b.messages());
    a.sent$
      .pipe(filter((message) => message.text() === 'question'))
      .subscribe(() => void a.publish('answer'));
    await a.publish('question');
    await last;
    expect(heard.values.map((message) => message.text())).toEqual(['question', 'answer']);
  });
});

describe('gossip rounds', () => {
  it('say what they are told, with their topic', async () => {
    let count = 0;
    const say = () => `round ${++count}`;
    const peer = here.create({ period: 5, say, topic: 'rounds' });
    const two = next('two rounds', peer.sent$.pipe(filter((message) => message.text() === 'round 2')));
    await peer.start();
    expect((await two).topic).toBe('rounds');
  });

  it('that cannot say anything are reported, and the next goes on', async () => {
    let count = 0;
    const say = () => {
      count += 1;
      if (count === 1) throw new Error('out of words');
      return count === 2 ? 'far too much' : 'fine';
    };
    const peer = here.create({ period: 5, say, maxPayload: 4 });
    const told = record(peer.diagnostic$);
    const fine = next('a round that is fine', peer.sent$);
    await peer.start();
    expect((await fine).text()).toBe('fine');
    expect(told.values).toEqual([
      { level: 'error', text: 'gossip round: out of words' },
      { level: 'error', text: 'gossip round: payload is 12 bytes, the limit is 4' },
    ]);
  });
});

describe('neighbors', () => {
  it('come and go in the streams and in the state', async () => {
    const [a, b] = await pair();
    const states = record(a.state$);
    const gone = next('b to go', a.neighborDown$);
    expect(states.values.map(({ neighbors }) => neighbors)).toEqual([[{ id: b.id, address: b.address }]]);
    await b.close();
    expect(await gone).toEqual({ id: b.id, address: b.address, reason: 'left' });
    expect(states.values.map(({ neighbors }) => neighbors.length)).toEqual([1, 0]);
  });
});

describe('a close', () => {
  it('releases everything, completes every stream, and is told to the neighbors', async () => {
    const [a, b] = await pair();
    const streams = streamsOf(a);
    const gone = next('a to go', b.neighborDown$);
    await a.close();
    expect(endings(streams)).toEqual(allSix('complete'));
    expect((await gone).reason).toBe('left');
  });

  it('stops listening, and lets the network close in order', async () => {
    const transport = stubTransport();
    const peer = await here.started({ port: 8080, host: '10.0.0.1' }, { transport });
    await peer.close();
    expect(transport.asked).toEqual(['listen 10.0.0.1:8080', 'stop listening', 'close 300']);
  });

  it('happens once: asked for again it is the same', async () => {
    const peer = await here.started();
    expect(peer.close()).toBe(peer.close());
    await peer.close();
  });

  it('is refused by name when it is told nonsense, and can be asked for again', async () => {
    const peer = await here.started();
    const wrong = { name: 'InvalidOptionError', option: 'options' };
    await expect(peer.close(null as never)).rejects.toMatchObject(wrong);
    await peer.close();
  });

  it('is final: publishing afterwards fails by name', async () => {
    const peer = await here.started();
    const closing = peer.close();
    await expect(peer.publish('too late')).rejects.toThrow(ClosedError);
    await closing;
    await expect(peer.publish('too late')).rejects.toThrow(ClosedError);
  });

  it('before the start completes every stream', async () => {
    const peer = here.create();
    const streams = streamsOf(peer);
    await peer.close();
    expect(endings(streams)).toEqual(allSix('complete'));
  });

  it('while it starts fails the start by name', async () => {
    const peer = here.create();
    const starting = peer.start();
    const failed = expect(starting).rejects.toThrow(ClosedError);
    await peer.close();
    await failed;
  });

  it('is what leaving a block does, where a peer is in its `await using`', async () => {
    const peer = await here.started();
    const streams = streamsOf(peer);
    await peer[Symbol.asyncDispose]();
    expect(endings(streams)).toEqual(allSix('complete'));
  });

  it('frees the port for the next', async () => {
    const peer = await here.started({ port: 8080 });
    await peer.close();
    expect((await here.started({ port: 8080 })).address).toBe('127.0.0.1:8080');
  });
});

describe('an abort signal', () => {
  it('closes the peer', async () => {
    const controller = new AbortController();
    const peer = await here.started({ signal: controller.signal });
    const closed = new Promise<void>((resolve) => peer.state$.subscribe({ complete: resolve }));
    controller.abort();
    await within('the peer to close', closed);
    await expect(peer.publish('too late')).rejects.toThrow(ClosedError);
  });

  it('that is aborted before the start keeps the peer from starting', async () => {
    const transport = stubTransport();
    const peer = here.create({ signal: AbortSignal.abort() }, { transport });
    const streams = streamsOf(peer);
    await expect(peer.start()).rejects.toThrow(ClosedError);
    await peer.close();
    expect(transport.asked).toEqual(['close 300']);
    expect(endings(streams)).toEqual(allSix('complete'));
  });

  it('is not held on to by a peer that is closed', async () => {
    const { signal } = new AbortController();
    const listeners = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const peer = await here.started({ signal });
    await peer.close();
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      listeners.mock.calls.map(([, listener]) => listener),
    );
  });
});

describe('a bug', () => {
  /** A clock that breaks once when told to, in the middle of a step. */
  function breakable() {
    let bug: Error | undefined;
    const clock: SchedulerLike = {
      now() {
        const thrown = bug;
        bug = undefined;
        if (thrown !== undefined) throw thrown;
        return asyncScheduler.now();
      },
      schedule: asyncScheduler.schedule.bind(asyncScheduler),
    };
    return { clock, break: (error: Error) => (bug = error) };
  }

  it('closes the peer, and everyone who listens or waits is told that error', async () => {
    const clockwork = breakable();
    const peer = await here.started({}, { world: world({ clock: clockwork.clock }) });
    const streams = streamsOf(peer);
    const bug = new Error('a bug');
    clockwork.break(bug);
    await expect(peer.publish('x')).rejects.toBe(bug);
    expect(endings(streams)).toEqual(allSix('Error: a bug'));
    await expect(peer.publish('y')).rejects.toThrow(ClosedError);
    await peer.close();
  });

  it('before the peer listens fails the start', async () => {
    const bug = new Error('a bug');
    const random = () => {
      throw bug;
    };
    const peer = here.create({}, { world: world({ random }) });
    await expect(peer.start()).rejects.toBe(bug);
  });

  it('of one peer is not another’s: its neighbors see it go and live on', async () => {
    const clockwork = breakable();
    const a = await here.started();
    const b = here.create({ connect: [a.address] }, { world: world({ clock: clockwork.clock }) });
    const met = next('a to meet b', a.neighborUp$);
    await b.start();
    await met;
    const gone = next('b to go', a.neighborDown$);
    clockwork.break(new Error('a bug'));
    await expect(b.publish('x')).rejects.toThrow('a bug');
    expect((await gone).id).toBe(b.id);
    await a.publish('still here');
  });
});
