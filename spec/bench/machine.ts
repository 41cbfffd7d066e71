import { availableParallelism, cpus, loadavg, platform, release } from 'node:os';

/** Where the figures come from: they mean little elsewhere. */
export const machine = () => ({
  node: process.version,
  cpus: availableParallelism(),
  model: cpus()[0]?.model ?? 'unknown',
  system: `${platform()} ${release()}`,
  load: loadavg()[0] ?? 0,
  at: new Date().toISOString(),
});

export function machineLine({
  node,
  cpus: count,
  model,
  system,
  load,
  at,
}: ReturnType<typeof machine>): string {
  return `node ${node}, ${count} CPUs (${model.trim()}), ${system}, load ${load.toFixed(2)} at the start, ${at}`;
}
