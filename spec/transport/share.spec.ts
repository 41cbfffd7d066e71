import type { Socket } from 'node:net';
import { fairly } from '../../lib/transport/share.ts';

const chunk = new Uint8Array(1);
const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

/** A socket that writes down what it is told, and one who takes `ms` for each chunk. */
function reading(ms: number) {
  const told: string[] = [];
  const socket = { destroyed: false, pause: () => told.push('pause'), resume: () => told.push('resume') };
  let clock = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
  const { take, hold } = fairly(socket as unknown as Socket, () => (clock += ms));
  return { told, socket, take, hold };
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

  it('is paused once, though more comes that was read before', async () => {
    const { told, take } = reading(5);
    take(chunk);
    take(chunk);
    await nextIteration();
    await nextIteration();
    expect(told).toEqual(['pause', 'resume']);
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
