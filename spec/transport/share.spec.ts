import type { Socket } from 'node:net';
import { fairly } from '../../lib/transport/share.ts';

const chunk = new Uint8Array(1);
const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

/** A socket that writes down what it is told, and one who takes `ms` for each byte. */
function reading(ms: number) {
  const told: string[] = [];
  const socket = { destroyed: false, pause: () => told.push('pause'), resume: () => told.push('resume') };
  let clock = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
  const got: number[] = [];
  /** Takes a byte a time, `ms` each, while it may. */
  const next = (bytes: Uint8Array) => {
    let at = 0;
    while (at < bytes.length) {
      got.push(bytes[at++]!);
      clock += ms;
      if (at < bytes.length && share.isSpent()) break;
    }
    if (at < bytes.length) share.putBack(bytes.subarray(at));
  };
  const share = fairly(socket as unknown as Socket, next);
  return { told, got, socket, ...share };
}

afterEach(() => jest.restoreAllMocks());

describe('a link that is never empty', () => {
  it('is paused when it has had its share of an iteration of the loop, and goes on in the next', async () => {
    const { told, take } = reading(3);
    take(chunk);
    expect(told).toEqual([]);
    take(chunk);
    expect(told).toEqual(['pause']);
    await nextIteration();
    await nextIteration();
    expect(told).toEqual(['pause', 'resume']);
  });

  it('has its next share in the next iteration, though more comes that was read before', async () => {
    const { told, got, take } = reading(5);
    take(chunk);
    take(chunk);
    expect(got).toHaveLength(1);
    await nextIteration();
    expect(got).toHaveLength(2);
    await nextIteration();
    expect(told).toEqual(['pause', 'pause', 'resume']);
  });

  it('has a whole share in each iteration', async () => {
    const { told, take } = reading(3);
    for (let i = 0; i < 5; i++) {
      take(chunk);
      await nextIteration();
    }
    expect(told).toEqual([]);
  });

  it('is not woken when it was closed meanwhile', async () => {
    const { told, socket, take } = reading(5);
    take(chunk);
    socket.destroyed = true;
    await nextIteration();
    await nextIteration();
    expect(told).toEqual(['pause']);
  });
});

describe('a chunk that takes longer than the share of its link', () => {
  const iterations = async (count: number) => {
    for (let i = 0; i < count; i++) await nextIteration();
  };

  it('is gone on with in a later iteration, a share at a time, and only then is the socket read again', async () => {
    const { told, got, take } = reading(2);
    take(Uint8Array.of(1, 2, 3, 4, 5));
    await iterations(1);
    expect(got).toEqual([1, 2]);
    await iterations(1);
    expect(got).toEqual([1, 2, 3, 4]);
    expect(told).toEqual(['pause', 'pause']);
    await iterations(3);
    expect(got).toEqual([1, 2, 3, 4, 5]);
    expect(told).toEqual(['pause', 'pause', 'resume']);
  });

  it('is kept as it was, though the buffer that it was read into is written over', async () => {
    const { got, take } = reading(5);
    const bytes = Uint8Array.of(1, 2);
    take(bytes);
    bytes.fill(9);
    await iterations(2);
    expect(got).toEqual([1, 2]);
  });

  it('comes before what is read after it', async () => {
    const { got, take } = reading(5);
    take(Uint8Array.of(1, 2, 3));
    take(Uint8Array.of(4));
    expect(got).toEqual([1]);
    await iterations(6);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it('is gone on with while the link is held, which is not read before it is let go', async () => {
    const { told, got, take, hold } = reading(5);
    hold(true);
    take(Uint8Array.of(1, 2));
    await iterations(4);
    expect(got).toEqual([1, 2]);
    expect(told).not.toContain('resume');
    hold(false);
    expect(told.at(-1)).toBe('resume');
  });

  it('is dropped when the link was closed meanwhile', async () => {
    const { got, socket, take } = reading(5);
    take(Uint8Array.of(1, 2));
    socket.destroyed = true;
    await iterations(4);
    expect(got).toEqual([1]);
  });
});

it('is not spent by what is done between two chunks', () => {
  const { take, isSpent } = reading(3);
  take(chunk);
  jest.spyOn(performance, 'now').mockImplementation(() => 1000);
  expect(isSpent()).toBe(false);
});

describe('a link that is held', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is not read for 20 ms', () => {
    const { told, hold } = reading(1);
    hold(true);
    jest.advanceTimersByTime(19);
    expect(told).toEqual(['pause']);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['pause', 'resume']);
  });

  it('is read again as soon as it is let go', () => {
    const { told, hold } = reading(1);
    hold(true);
    jest.advanceTimersByTime(5);
    hold(false);
    hold(false);
    expect(told).toEqual(['pause', 'resume']);
    jest.advanceTimersByTime(100);
    expect(told).toEqual(['pause', 'resume']);
  });

  it('is held no longer when it is told so again meanwhile: two that hold each other get on', () => {
    const { told, hold } = reading(1);
    for (let i = 0; i < 19; i++) {
      hold(true);
      jest.advanceTimersByTime(1);
    }
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['pause', 'resume']);
  });

  it('is not read earlier because it has had its share', () => {
    const { told, take, hold } = reading(5);
    take(chunk);
    hold(true);
    jest.advanceTimersByTime(19);
    expect(told).toEqual(['pause', 'pause']);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['pause', 'pause', 'resume']);
  });

  it('is not woken when it was closed meanwhile', () => {
    const { told, socket, hold } = reading(1);
    hold(true);
    socket.destroyed = true;
    jest.advanceTimersByTime(100);
    expect(told).toEqual(['pause']);
  });
});
