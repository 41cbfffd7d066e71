import { watchTurns } from './turns.ts';

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const next = () => new Promise((resolve) => setTimeout(resolve, 5));

it('a turn that computes is as long as what it computed, and is told once', async () => {
  const longest = watchTurns();
  const [begun, since] = [performance.now(), cpuMs()];
  // Both: the other threads of this process compute too.
  while (cpuMs() - since < 200 || performance.now() - begun < 200);
  await next();
  expect(longest()).toBeGreaterThanOrEqual(200);
  await next();
  expect(longest()).toBeLessThan(200);
});

it('a turn that only takes long, because others have the machine, does not count', async () => {
  const longest = watchTurns();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  await next();
  expect(longest()).toBeLessThan(250);
});
