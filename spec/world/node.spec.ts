import { lastValueFrom } from 'rxjs';
import { newPeerId, nodeWorld } from '../../lib/world/node.ts';

const look = (seed: string) => lastValueFrom(nodeWorld.lookup(seed), { defaultValue: [] });

describe('the world of Node', () => {
  it('finds every address of a name, with the port, IPv6 in brackets', async () => {
    const found = await look('localhost:8080');
    expect(found.length).toBeGreaterThan(0);
    for (const address of found) expect(['127.0.0.1:8080', '[::1]:8080']).toContain(address);
  });

  it('says in words why a name has no address', async () => {
    await expect(look('no-such-host.invalid:8080')).rejects.toThrow(
      /^(no such host|the name server does not answer)$/,
    );
  });

  it('has a clock that tells milliseconds since 1970', () => {
    expect(Math.abs(nodeWorld.clock.now() - Date.now())).toBeLessThan(60_000);
  });

  it('has a clock that goes on when the wall clock is set back', () => {
    const before = nodeWorld.clock.now();
    const setBack = jest.spyOn(Date, 'now').mockReturnValue(0);
    const after = nodeWorld.clock.now();
    setBack.mockRestore();
    expect(after).toBeGreaterThanOrEqual(before);
  });

  it('has timers of whole milliseconds that ring after their time, because Node rings up to 2 ms before it', () => {
    const timer = jest.spyOn(globalThis, 'setInterval');
    const waits = [0, 2, 2.3].map((delay) => {
      nodeWorld.clock.schedule(() => undefined, delay).unsubscribe();
      return timer.mock.lastCall?.[1];
    });
    timer.mockRestore();
    expect(waits).toEqual([0, 3, 4]);
  });

  it('names peers with 32 hex digits that nobody else has', () => {
    const names = Array.from({ length: 1000 }, newPeerId);
    expect(new Set(names).size).toBe(1000);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
  });
});
