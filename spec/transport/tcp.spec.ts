import { execFile, type ChildProcess } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { ReplaySubject, Subject } from 'rxjs';
import { createTcp } from '../../lib/transport/tcp.ts';
import { TransportError, type Transport } from '../../lib/transport/transport.ts';
import { transportContract } from './contract.ts';
import { COMPLETED, failureOf, linked, listening, next, pattern, read, within } from './helpers.ts';

transportContract('tcp', () => ({ a: createTcp(), b: createTcp(), host: '127.0.0.1' }));

/** A server that is not ours and does as the test says with its sockets. */
async function strangers(
  onSocket: (socket: Socket) => void,
): Promise<{ address: string; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('tcp: what real sockets add', () => {
  let tcp: Transport;
  const cleanups: (() => void)[] = [];

  beforeEach(() => {
    tcp = createTcp({ dialTimeout: 150, linger: 100 });
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) cleanup();
    await within('close', tcp.close(0));
  });

  it('links over IPv6 and writes such addresses in brackets', async () => {
    const { near, far } = await linked(tcp, tcp, '::1');
    expect(near.remote).toMatch(/^\[::1\]:\d+$/);
    expect(far.remote).toMatch(/^\[::1\]:\d+$/);
  });

  it('shows an IPv4 caller of a dual-stack listener as IPv4', async () => {
    const there = await listening(tcp, '::');
    await next('a link', tcp.dial(`127.0.0.1:${there.port}`));
    expect((await next('an accepted link', there.accepted$)).remote).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('dials by name, also one that has an address nobody listens at', async () => {
    const there = await listening(tcp, '127.0.0.1');
    const near = await next('a link', tcp.dial(`localhost:${there.port}`));
    const far = await next('an accepted link', there.accepted$);
    const reading = read(near);
    far.write(pattern(300_000));
    expect((await reading.atLeast(300_000)).equals(pattern(300_000))).toBe(true);
  });

  it('says in words that a host does not exist', async () => {
    const error = await failureOf(createTcp().dial('no-such-host.invalid:80'));
    expect(error).toBeInstanceOf(TransportError);
    expect(['no such host', 'name lookup failed, try again later']).toContain(
      (error as TransportError).message,
    );
  });

  it('says in words that an address to listen at is not this machine’s', async () => {
    expect(await failureOf(tcp.listen('192.0.2.1', 0))).toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: 'no such address on this machine',
    });
  });

  it('gives a dial up that nobody answers', async () => {
    // A process that listens and never runs again: its queue of callers is soon full, and the next gets no answer.
    const script = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
      require('fs').writeSync(1, String(this.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    })`;
    const frozen: ChildProcess = execFile(process.execPath, ['-e', script]);
    cleanups.push(() => frozen.kill('SIGKILL'));
    const port = await within(
      'the port',
      new Promise<number>((resolve) => frozen.stdout?.once('data', (it) => resolve(Number(it)))),
    );
    const callers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    cleanups.push(() => callers.forEach((it) => it.destroy()));
    await within('the queue to fill', new Promise((resolve) => callers[1]?.once('connect', resolve)));
    expect(await failureOf(tcp.dial(`127.0.0.1:${port}`))).toMatchObject({
      code: 'ETIMEDOUT',
      message: 'timed out after 0.15 s',
    });
  });

  it('reports a reset as an error with the system’s code', async () => {
    const there = await strangers((socket) => socket.once('data', () => socket.resetAndDestroy()).resume());
    cleanups.push(there.close);
    const link = await next('a link', tcp.dial(there.address));
    const reading = read(link);
    link.write(Buffer.from('hello'));
    const error = await reading.over();
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('survives a reset of a link that nobody reads', async () => {
    const sockets = new ReplaySubject<Socket>(1);
    const there = await strangers((socket) => sockets.next(socket));
    cleanups.push(there.close);
    const link = await next('a link', tcp.dial(there.address));
    (await next('the other end', sockets)).resetAndDestroy();
    const gone = new Promise<void>((resolve) => link.drain$.subscribe({ complete: resolve }));
    const writing = setInterval(() => link.write(pattern(1000)), 1);
    cleanups.push(() => clearInterval(writing));
    await within('the link to break', gone);
    expect(await read(link).over()).toBeInstanceOf(TransportError);
  });

  it('survives a reset after its own end, and completes', async () => {
    const there = await strangers((socket) => socket.on('end', () => socket.resetAndDestroy()).resume());
    cleanups.push(there.close);
    const link = await next('a link', tcp.dial(there.address));
    const reading = read(link);
    link.write(pattern(1000));
    link.end();
    expect(await reading.over()).toBe(COMPLETED);
  });

  it('cuts an ended link whose other end never closes', async () => {
    const patient = createTcp({ linger: 400 }); // 15 times that is beyond the wait: only the idle limit helps
    const there = await strangers((socket) => socket.resume());
    cleanups.push(there.close);
    const link = await next('a link', patient.dial(there.address));
    const reading = read(link);
    link.end();
    expect(await reading.over()).toBe(COMPLETED);
    await within('close', patient.close(0));
  });

  it('cuts an ended link whose other end never stops talking', async () => {
    const there = await strangers((socket) => {
      const talking = setInterval(() => socket.write('more'), 10);
      socket.once('close', () => clearInterval(talking));
    });
    cleanups.push(there.close);
    const link = await next('a link', tcp.dial(there.address));
    const reading = read(link);
    link.end();
    expect(await reading.over()).toBe(COMPLETED);
  });

  it('cuts an ended link that can’t be flushed because nobody reads', async () => {
    const patient = createTcp({ linger: 400 }); // 15 times that is beyond the wait: only the idle limit helps
    const there = await strangers(() => undefined);
    cleanups.push(there.close);
    const link = await next('a link', patient.dial(there.address));
    const reading = read(link);
    link.write(pattern(32 * 1024 * 1024));
    link.end();
    expect(await reading.over()).toBe(COMPLETED);
    await within('close', patient.close(0));
  });

  it('flushes for longer than the linger, as long as the other end reads', async () => {
    // A chunk of 64 KiB every 5 ms takes 1.3 s at least. A busy machine may take ten times as long: 15 lingers are the end.
    const patient = createTcp({ linger: 1000 });
    const bytes = pattern(16 * 1024 * 1024);
    let size = 0;
    const received = new Subject<number>();
    const there = await strangers((socket) => {
      const reading = setInterval(() => socket.resume(), 5);
      socket.on('data', (chunk) => {
        size += chunk.length;
        socket.pause();
      });
      socket.once('close', () => clearInterval(reading));
      socket.on('end', () => received.next(size));
    });
    cleanups.push(there.close);
    const link = await next('a link', patient.dial(there.address));
    const all = next('the end', received);
    link.write(bytes);
    link.end();
    expect(await all).toBe(bytes.length);
    await within('close', patient.close(0));
  });

  it('hands out plain bytes, whose slice is a copy, at both ends', async () => {
    const { near, far } = await linked(tcp, tcp, '127.0.0.1');
    const chunks = [next('a chunk', near.chunk$), next('a chunk', far.chunk$)];
    near.write(Buffer.from('there'));
    far.write(Buffer.from('back'));
    for (const chunk of await Promise.all(chunks)) expect(Buffer.isBuffer(chunk)).toBe(false);
  });

  it('answers at once: a second small write does not wait for the first to be acknowledged', async () => {
    const { near, far } = await linked(tcp, tcp, '127.0.0.1');
    let heard = 0;
    far.chunk$.subscribe((chunk) => {
      heard += chunk.length;
      if (heard % 8 === 0) far.write(Buffer.from('pong'));
    });
    const ping = () => {
      near.write(Buffer.from('ping'));
      setImmediate(() => setImmediate(() => near.write(Buffer.from('ping'))));
    };
    let rounds = 0;
    const done = new Promise<void>((resolve) => {
      near.chunk$.subscribe(() => (++rounds === 500 ? resolve() : ping()));
    });
    ping();
    // Held back by Nagle and delayed acknowledgements it would be 40 ms a round, 20 s in all.
    await within('500 rounds', done);
  });

  it('close sees the other end close, even on a link that nobody reads', async () => {
    const patient = createTcp({ linger: 60_000 });
    const { near, far } = await linked(patient, tcp, '127.0.0.1');
    read(far);
    far.write(Buffer.from('nobody reads this'));
    near.write(Buffer.from('last words'));
    await within('close', patient.close(60_000));
  });
});
