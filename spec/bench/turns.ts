/** How often it looks. A turn is told with at most this much of those before it. */
const everyMs = 1;

/**
 * Watches the turns of this process's event loop; what it returns tells the longest one since it was last called, in
 * milliseconds of CPU time.
 *
 * Node 20 tells the CPU time of a process, not of a thread: what it spends between two ticks of a timer, but never
 * more than the time by the clock. Both are at least what the loop's own thread spent, whatever the compiler's and
 * the collector's threads do and whoever else has the machine.
 */
export function watchTurns(): () => number {
  let longest = 0;
  let before = look();
  const tick = () => {
    const now = look();
    longest = Math.max(longest, Math.min(now.cpu - before.cpu, now.wall - before.wall));
    before = now;
  };
  setInterval(tick, everyMs).unref();
  return () => {
    tick();
    const told = longest;
    longest = 0;
    return told;
  };
}

function look() {
  const { user, system } = process.cpuUsage();
  return { cpu: (user + system) / 1000, wall: performance.now() };
}
