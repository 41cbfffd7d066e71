import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { flags } from '../../../bin/cli/flags.ts';
import { parse } from '../../../bin/cli/parse.ts';
import { run } from '../../../bin/cli/run.ts';
import { ListenError } from '../../../lib/errors.ts';
import type { PeerOptions } from '../../../lib/options.ts';
import { fakePeer, received, sent, settle } from '../fake-peer.ts';

function begin(
  line: string,
  prepare: (fake: ReturnType<typeof fakePeer>) => void = () => undefined,
  input = '',
) {
  const fake = fakePeer();
  prepare(fake);
  const signals = new EventEmitter();
  const out: string[] = [];
  const err: string[] = [];
  const clock = { now: 0 };
  const asked: PeerOptions[] = [];
  const closed: (() => void)[] = [];
  const ended = run(parse(flags, line.split(' ').filter(Boolean)), {
    environment: {},
    createPeer: (options) => {
      asked.push(options);
      return fake.peer;
    },
    input: Readable.from([Buffer.from(input)]),
    out: { line: (text) => out.push(text), flush: () => Promise.resolve() },
    err: { line: (text) => err.push(text), flush: () => Promise.resolve() },
    onClosed: (listener) => closed.push(listener),
    signals,
    elapsed: () => clock.now,
    wall: () => new Date(0),
  });
  return {
    ...fake,
    signals,
    out,
    err,
    clock,
    asked,
    ended,
    closeOut: () => closed.forEach((tell) => tell()),
  };
}

describe('a running peer', () => {
  it("prints the seed's lines, its address first", async () => {
    const peer = begin('', (fake) => {
      fake.doers.start = () => {
        fake.meet('127.0.0.1:8081');
        return Promise.resolve();
      };
    });
    await settle();
    peer.clock.now = 5000;
    peer.sent$.next(sent('1aafChbXC8', ['127.0.0.1:8081']));
    peer.clock.now = 8500;
    peer.message$.next(received('h4HMReEXvl'));
    peer.neighborDown$.next({ id: 'cd', address: '127.0.0.1:8081', reason: 'left' });
    expect(peer.out).toEqual([
      '00:00:00 - My address is "127.0.0.1:8080"',
      '00:00:00 - Connected to peer at "127.0.0.1:8081"',
      '00:00:05 - Sending message [1aafChbXC8] to ["127.0.0.1:8081"]',
      '00:00:08 - Received message [h4HMReEXvl] from "a:1"',
      '00:00:08 - Disconnected from peer at "127.0.0.1:8081"',
    ]);
    expect(peer.err).toEqual([]);
    peer.signals.emit('SIGINT');
    await peer.ended;
  });

  it.each([
    ['', ['00:00:01 - info: b', '00:00:01 - warn: c', '00:00:01 - error: d\\x1b']],
    [
      '--verbose',
      ['00:00:01 - debug: a', '00:00:01 - info: b', '00:00:01 - warn: c', '00:00:01 - error: d\\x1b'],
    ],
    ['--quiet', []],
  ])('with %j tells diagnostics on standard error: %j', async (line, expected) => {
    const peer = begin(line);
    await settle();
    peer.clock.now = 1000;
    peer.diagnostic$.next({ level: 'debug', text: 'a' });
    peer.diagnostic$.next({ level: 'info', text: 'b' });
    peer.diagnostic$.next({ level: 'warn', text: 'c' });
    peer.diagnostic$.next({ level: 'error', text: 'd\x1b' });
    expect(peer.err).toEqual(expected);
    expect(peer.out).toHaveLength(1);
    peer.signals.emit('SIGINT');
    await peer.ended;
  });

  it('with --topic prints only what was said under it', async () => {
    const peer = begin('--topic news');
    await settle();
    peer.message$.next(received('no'));
    peer.message$.next(received('yes', { topic: 'news' }));
    expect(peer.out.slice(1)).toEqual(['00:00:00 - Received message [yes] from "a:1"']);
    expect(peer.asked[0]).toMatchObject({ topic: 'news' });
    peer.signals.emit('SIGINT');
    await peer.ended;
  });

  it.each(['SIGINT', 'SIGTERM'])('leaves at %s with exit code 0, and prints nothing more', async (name) => {
    const peer = begin('--json');
    await settle();
    peer.doers.close = () => {
      peer.neighborDown$.next({ id: 'cd', address: 'a:1', reason: 'closing' });
      return Promise.resolve();
    };
    peer.signals.emit(name);
    expect(await peer.ended).toBe(0);
    expect(peer.calls).toEqual(['close']);
    const events = peer.out.map((line) => JSON.parse(line) as { event: string; reason?: string });
    expect(events.map(({ event, reason }) => [event, reason])).toEqual([
      ['address', undefined],
      ['leaving', name],
    ]);
  });

  it('leaves within a second when closing takes long', async () => {
    jest.useFakeTimers();
    const peer = begin('', (fake) => (fake.doers.close = () => new Promise(() => undefined)));
    peer.signals.emit('SIGTERM');
    jest.advanceTimersByTime(999);
    jest.useRealTimers();
    expect(await peer.ended).toBe(0);
  });

  it('ends now at a second signal', async () => {
    const peer = begin('', (fake) => (fake.doers.close = () => new Promise(() => undefined)));
    peer.signals.emit('SIGTERM');
    peer.clock.now = 300;
    peer.signals.emit('SIGINT');
    expect(await peer.ended).toBe(130);
  });

  it('leaves quietly when nobody reads its output any more', async () => {
    const peer = begin('');
    await settle();
    peer.closeOut();
    expect(await peer.ended).toBe(0);
    expect(peer.calls).toEqual(['close']);
    expect(peer.err).toEqual([]);
  });

  it('fails with what its start failed with', async () => {
    const error = new ListenError('127.0.0.1', 8080, 'EADDRINUSE', '');
    await expect(begin('', (fake) => (fake.doers.start = () => Promise.reject(error))).ended).rejects.toBe(
      error,
    );
  });

  it('fails with a bug that ended the peer', async () => {
    const peer = begin('');
    await settle();
    const bug = new TypeError('x');
    peer.message$.error(bug);
    peer.diagnostic$.error(bug);
    await expect(peer.ended).rejects.toBe(bug);
  });

  it('leaves with exit code 0 also when it has not started yet', async () => {
    let refuse: (error: Error) => void = () => undefined;
    const peer = begin('', (fake) => {
      fake.doers.start = () => new Promise((_, reject) => (refuse = reject));
      fake.doers.close = () => {
        refuse(new Error('closed'));
        return Promise.resolve();
      };
    });
    peer.signals.emit('SIGINT');
    expect(await peer.ended).toBe(0);
    expect(peer.out).toEqual([]);
  });
});

describe('with --stdin', () => {
  it('sends no messages of its own, and stays at the end of input', async () => {
    const peer = begin('--stdin', (fake) => fake.meet('a:1'), 'x\n');
    await settle();
    expect(peer.published).toEqual([{ text: 'x', topic: undefined }]);
    expect(peer.asked[0]).toMatchObject({ period: 0 });
    expect(peer.calls).toEqual([]);
    peer.signals.emit('SIGINT');
    expect(await peer.ended).toBe(0);
  });

  it('and --exit leaves with 0 when a neighbor has got it all', async () => {
    const peer = begin('--stdin --exit', (fake) => fake.meet('a:1'), 'x\ny');
    expect(await peer.ended).toBe(0);
    expect(peer.published).toHaveLength(2);
    expect(peer.calls).toEqual(['close']);
  });

  it('and --exit leaves with 1 when there never was a neighbor', async () => {
    const peer = begin('--stdin --exit --wait 0', undefined, 'x\n');
    expect(await peer.ended).toBe(1);
    expect(peer.err).toEqual([
      'rx-gossip: --exit: there never was a neighbor, so nobody has heard the input',
    ]);
  });

  it('and --exit leaves with 1 when a line was too large', async () => {
    const large = 'x'.repeat(1024 * 1024 + 1);
    const peer = begin('--stdin --exit --quiet', (fake) => fake.meet('a:1'), `${large}\ny\n`);
    expect(await peer.ended).toBe(1);
    expect(peer.published).toHaveLength(1);
    expect(peer.err).toEqual(['rx-gossip: line 1 is 1048577 bytes, the limit is 1048576: not sent']);
  });
});
