import { firstValueFrom, map, mergeMap, tap } from 'rxjs';
import { TransportError, type Transport } from '../../lib/transport/transport.ts';
import {
  COMPLETED,
  failureOf,
  linked,
  listening,
  next,
  pattern,
  read,
  readInParts,
  within,
  type Reading,
} from './helpers.ts';

/** Two ends of one network. `host` is where `b` listens, as `a` dials it. */
export interface Pair {
  readonly a: Transport;
  readonly b: Transport;
  readonly host: string;
}

const MIB = 1024 * 1024;
const GRACE = 2000;

/** What every Transport promises, whatever carries its bytes. */
export function transportContract(name: string, makePair: () => Pair): void {
  describe(`${name}: the transport contract`, () => {
    let a: Transport;
    let b: Transport;
    let host: string;

    beforeEach(() => {
      ({ a, b, host } = makePair());
    });
    afterEach(async () => {
      await within('close', Promise.all([a.close(0), b.close(0)]));
    });

    describe('listening and dialling', () => {
      it('tells the real port when any was asked for', async () => {
        const there = await listening(b, host);
        expect(there.port).toBeGreaterThan(0);
        expect(there.host).toBe(host);
        const other = await listening(b, host);
        expect(other.port).not.toBe(there.port);
      });

      it('fails with EADDRINUSE when the port is taken', async () => {
        const there = await listening(b, host);
        const error = await failureOf(b.listen(host, there.port));
        expect(error).toBeInstanceOf(TransportError);
        expect(error).toMatchObject({ code: 'EADDRINUSE', message: 'port already in use' });
      });

      it('frees the port at once when listening is given up, and links that are up stay', async () => {
        const { near, far, there } = await linked(a, b, host);
        there.stop();
        const again = await listening(b, host, there.port);
        expect(again.port).toBe(there.port);
        const reading = read(far);
        near.write(Buffer.from('still here'));
        expect((await reading.atLeast(10)).toString()).toBe('still here');
      });

      it('fails with ECONNREFUSED and words when nobody listens there', async () => {
        const there = await listening(b, host);
        there.stop();
        const error = await failureOf(a.dial(there.address));
        expect(error).toBeInstanceOf(TransportError);
        expect(error).toMatchObject({ code: 'ECONNREFUSED', message: 'connection refused' });
      });

      it.each(['', 'nonsense', 'host:99999', '::1:80', ':80', 'a b:80'])(
        'fails in words when asked to dial %j',
        async (address) => {
          const error = await failureOf(a.dial(address));
          expect(error).toBeInstanceOf(TransportError);
          expect(error).toMatchObject({ code: 'EINVAL' });
        },
      );

      it('shows the dialled end as it was dialled, and the dialling end with a port of its own', async () => {
        const { near, far, there } = await linked(a, b, host);
        expect(near.remote).toBe(there.address);
        expect(far.remote).toMatch(/:\d+$/);
        expect(far.remote).not.toBe(near.remote);
      });

      it('leaves nothing when a dial is given up, at either end', async () => {
        const there = await listening(b, host);
        let emitted = 0;
        const dial = a.dial(there.address).subscribe(() => emitted++);
        dial.unsubscribe();
        const accepted: Reading[] = [];
        const heard$ = there.accepted$.pipe(
          map((link) => read(link)),
          tap((reading) => accepted.push(reading)),
          mergeMap((reading) => reading.atLeast(6).then(() => reading)),
        );
        const heard = next('the second dial to be heard', heard$);
        // The same way again: the first would have been there by then.
        const near = await next('a second dial', a.dial(there.address));
        near.write(Buffer.from('second'));
        const second = await heard;
        expect(emitted).toBe(0);
        for (const reading of accepted) if (reading !== second) await reading.over();
      });

      it('completes a dial after its one link', async () => {
        const there = await listening(b, host);
        const seen: string[] = [];
        await within(
          'the dial to complete',
          new Promise<void>((resolve, reject) => {
            a.dial(there.address).subscribe({
              next: () => seen.push('link'),
              error: reject,
              complete: resolve,
            });
          }),
        );
        expect(seen).toEqual(['link']);
      });
    });

    describe('bytes', () => {
      it('arrive complete and in order, both ways', async () => {
        const { near, far } = await linked(a, b, host);
        const [atFar, atNear] = [read(far), read(near)];
        for (let i = 0; i < 10; i++) {
          near.write(Buffer.from(`ping ${i}\n`));
          far.write(Buffer.from(`pong ${i}\n`));
        }
        const lines = (word: string) => Array.from({ length: 10 }, (_, i) => `${word} ${i}\n`).join('');
        expect((await atFar.atLeast(70)).toString()).toBe(lines('ping'));
        expect((await atNear.atLeast(70)).toString()).toBe(lines('pong'));
      });

      it('arrive in order when thousands of small writes are made in one turn', async () => {
        const { near, far } = await linked(a, b, host);
        const reading = read(far);
        const sent = Array.from({ length: 20_000 }, (_, i) => Buffer.from(`${i},`));
        for (const bytes of sent) near.write(bytes);
        const whole = Buffer.concat(sent);
        expect((await reading.atLeast(whole.length)).equals(whole)).toBe(true);
      });

      it('arrive whole when a write is large', async () => {
        const { near, far } = await linked(a, b, host);
        const [atFar, atNear] = [read(far), read(near)];
        const bytes = pattern(5 * MIB);
        near.write(bytes);
        far.write(bytes);
        expect((await atFar.atLeast(bytes.length)).equals(bytes)).toBe(true);
        expect((await atNear.atLeast(bytes.length)).equals(bytes)).toBe(true);
      });

      it('arrive in order when small and large writes are mixed', async () => {
        const { near, far } = await linked(a, b, host);
        const reading = read(far);
        const sent = [3, 100_000, 1, 2, 70_000, 65_536, 5, 0, 9000, 4].map(pattern);
        for (const bytes of sent) near.write(bytes);
        const whole = Buffer.concat(sent);
        expect((await reading.atLeast(whole.length)).equals(whole)).toBe(true);
      });

      it('arrive complete and in order when a part of each chunk is put back, where a link has its share of a turn', async () => {
        const { near, far } = await linked(a, b, host);
        const sent = pattern(200_000);
        near.write(sent);
        far.write(sent);
        for (const link of [near, far])
          expect((await readInParts(link).atLeast(sent.length)).equals(sent)).toBe(true);
      });

      it('may be shared: the same bytes written to two links arrive on both and stay as they were', async () => {
        const there = await listening(b, host);
        const [one, two] = [
          await next('a link', a.dial(there.address)),
          await next('a link', a.dial(there.address)),
        ];
        const readings: Promise<Buffer>[] = [];
        const bytes = pattern(200_000);
        there.accepted$.subscribe((link) => readings.push(read(link).atLeast(bytes.length + 4)));
        const tail = Buffer.from('tail');
        for (const link of [one, two]) {
          link.write(bytes);
          link.write(tail);
        }
        const whole = Buffer.concat([bytes, tail]);
        await within(
          'both links',
          (async () => {
            while (readings.length < 2) await new Promise(setImmediate);
          })(),
        );
        for (const received of await Promise.all(readings)) expect(received.equals(whole)).toBe(true);
        expect(bytes.equals(pattern(200_000))).toBe(true);
      });

      it.each(['dialled', 'accepted'])(
        'wait unread at the %s end until chunk$ is subscribed, and none is lost',
        async (end) => {
          const { near, far } = await linked(a, b, host);
          const [writer, idle] = end === 'dialled' ? [far, near] : [near, far];
          const bytes = pattern(32 * MIB);
          writer.write(bytes);
          const other = await linked(a, b, host);
          const reading = read(other.far);
          other.near.write(Buffer.from('later'));
          await reading.atLeast(5);
          // So much that reading takes many turns; the loop is given as many, and more is left than systems buffer.
          for (let i = 0; i < 2000; i++) await new Promise(setImmediate);
          expect(writer.buffered()).toBeGreaterThan(0);
          expect((await read(idle).atLeast(bytes.length)).equals(bytes)).toBe(true);
        },
      );

      it('count as buffered until the network has taken them; drain$ then says so', async () => {
        const { near, far } = await linked(a, b, host);
        expect(near.buffered()).toBe(0);
        const drained = next('a drain', near.drain$);
        near.write(pattern(32 * MIB));
        expect(near.buffered()).toBe(32 * MIB);
        read(far);
        await drained;
        expect(near.buffered()).toBe(0);
        const again = next('another drain', near.drain$);
        near.write(Buffer.from('small'));
        near.write(Buffer.from('small'));
        expect(near.buffered()).toBe(10);
        await again;
        expect(near.buffered()).toBe(0);
      });

      it('count as buffered, all of them, while the turn lasts in which they were written', async () => {
        const { near, far } = await linked(a, b, host);
        read(far);
        for (const size of [1000, 2000]) {
          await new Promise((resolve) => setTimeout(resolve, 20)); // calm: a network may take the first at once
          const drained = next('a drain', near.drain$);
          near.write(pattern(size));
          near.write(pattern(size));
          expect(near.buffered()).toBe(2 * size);
          await drained;
          expect(near.buffered()).toBe(0);
        }
        const alone = next('a drain', near.drain$);
        await new Promise((resolve) => setTimeout(resolve, 20));
        near.write(pattern(10));
        expect(near.buffered()).toBe(10);
        await alone;
        expect(near.buffered()).toBe(0);
      });

      it('are read by one: a second subscriber to chunk$ gets an error', async () => {
        const { far } = await linked(a, b, host);
        read(far);
        expect(await read(far).over()).toBeInstanceOf(TransportError);
      });
    });

    describe('the end of a link', () => {
      it('comes after what was queued, and both sides complete', async () => {
        const { near, far } = await linked(a, b, host);
        const [atFar, atNear] = [read(far), read(near)];
        const bytes = pattern(5 * MIB);
        near.write(bytes);
        near.end();
        expect(await atFar.over()).toBe(COMPLETED);
        expect(atFar.bytes().equals(bytes)).toBe(true);
        expect(await atNear.over()).toBe(COMPLETED);
      });

      it('lets the other side finish what it had queued', async () => {
        const { near, far } = await linked(a, b, host);
        const atNear = read(near);
        const bytes = pattern(5 * MIB);
        far.write(bytes);
        near.end();
        const atFar = read(far);
        expect(await atNear.over()).toBe(COMPLETED);
        expect(atNear.bytes().equals(bytes)).toBe(true);
        expect(await atFar.over()).toBe(COMPLETED);
      });

      it('is orderly when both end at once', async () => {
        const { near, far } = await linked(a, b, host);
        const readings = [read(near), read(far)];
        near.end();
        far.end();
        for (const reading of readings) expect(await reading.over()).toBe(COMPLETED);
      });

      it('makes further writes do nothing', async () => {
        const { near, far } = await linked(a, b, host);
        const [atFar, atNear] = [read(far), read(near)];
        near.write(Buffer.from('before'));
        near.end();
        near.end();
        near.write(Buffer.from('after'));
        await atFar.over();
        await atNear.over();
        near.write(Buffer.from('after'));
        near.cut();
        expect(near.buffered()).toBe(0);
        expect(atFar.bytes().toString()).toBe('before');
      });

      it('completes drain$, so that nobody waits for ever', async () => {
        const { near } = await linked(a, b, host);
        const waiting = firstValueFrom(near.drain$, { defaultValue: 'gone' });
        near.write(pattern(32 * MIB));
        near.cut();
        expect(await within('drain$ to complete', waiting)).toBe('gone');
      });
    });

    describe('a cut', () => {
      it('closes the other side, and one’s own completes', async () => {
        const { near, far } = await linked(a, b, host);
        const [atFar, atNear] = [read(far), read(near)];
        near.cut();
        near.cut();
        near.write(Buffer.from('nothing'));
        expect(await atNear.over()).toBe(COMPLETED);
        await atFar.over();
        expect(atFar.bytes()).toHaveLength(0);
        expect([near.buffered(), far.buffered()]).toEqual([0, 0]);
      });

      it('is what unsubscribing from chunk$ does', async () => {
        const { near, far } = await linked(a, b, host);
        const atFar = read(far);
        read(near).stop();
        await atFar.over();
      });

      it('is noticed by who subscribes to chunk$ only afterwards', async () => {
        const { near } = await linked(a, b, host);
        near.cut();
        expect(await read(near).over()).toBe(COMPLETED);
      });

      it('from within a chunk is the last that is read', async () => {
        const { near, far } = await linked(a, b, host);
        let chunks = 0;
        const over = new Promise<void>((resolve) => {
          far.chunk$.subscribe({
            next: () => {
              chunks++;
              far.cut();
            },
            complete: resolve,
          });
        });
        const atNear = read(near);
        near.write(Buffer.from('one'));
        near.write(Buffer.from('two'));
        await within('the cut', over);
        await atNear.over();
        expect(chunks).toBe(1);
      });
    });

    describe('close', () => {
      it('delivers what was written before, then nothing is left', async () => {
        const { near, far, there } = await linked(a, b, host);
        const [atFar, atNear] = [read(far), read(near)];
        const bytes = pattern(MIB);
        near.write(bytes);
        await within('close', a.close(GRACE));
        expect(await atFar.over()).toBe(COMPLETED);
        expect(atFar.bytes().equals(bytes)).toBe(true);
        expect(await atNear.over()).toBe(COMPLETED);
        await within('close', b.close(GRACE));
        there.stop();
      });

      it('cuts what is not flushed when the grace is over', async () => {
        const { near } = await linked(a, b, host);
        near.write(pattern(32 * MIB));
        await within('close', a.close(20));
        expect(near.buffered()).toBe(0);
        expect(await read(near).over()).toBe(COMPLETED);
      });

      it('completes what listens, fails what dials, and frees the port', async () => {
        const there = await listening(b, host);
        let completed = false;
        const listen = b.listen(host, 0).subscribe({ complete: () => (completed = true) });
        const dialling = failureOf(b.dial(there.address));
        await within('close', b.close(GRACE));
        expect(completed).toBe(true);
        expect(await dialling).toBeInstanceOf(TransportError);
        listen.unsubscribe();
        const again = await listening(a, host, there.port);
        expect(again.port).toBe(there.port);
      });

      it('can be called again; later dials and listens fail', async () => {
        await within('close', a.close(GRACE));
        await within('close', a.close(GRACE));
        expect(await failureOf(a.listen(host, 0))).toBeInstanceOf(TransportError);
        expect(await failureOf(a.dial(`${host}:1`))).toBeInstanceOf(TransportError);
      });

      it('does not wait for a link that nobody reads and the other end has closed', async () => {
        const { near, far } = await linked(a, b, host);
        read(far);
        near.write(Buffer.from('unread answer?'));
        far.write(Buffer.from('nobody reads this'));
        await within('close', a.close(60_000));
      });
    });
  });
}
