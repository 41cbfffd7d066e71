import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { addressOf, build, happenings, patience, processes, type Running } from '../support/process.ts';

/** Far more peers than fit into an active view: bounded neighbors and links, and every message everywhere. */

jest.setTimeout(6 * patience);
beforeAll(build);

const size = 60;
const activeView = 5;
/** Besides the neighbors: links that are just being made, or closed, for a shuffle, a probe, a refill. */
const temporary = 4;

const { peer } = processes();

const neighborsOf = (one: Running): Set<string> => {
  const neighbors = new Set<string>();
  for (const { event, peer: id } of happenings(one)) {
    if (event === 'connected') neighbors.add(String(id));
    if (event === 'disconnected') neighbors.delete(String(id));
  }
  return neighbors;
};
const heard = (one: Running) =>
  happenings(one).flatMap(({ event, payload }) => (event === 'received' ? [String(payload)] : []));

const [onLinux, why] =
  process.platform === 'linux' ? [it, ''] : [it.skip, ' (skipped: links are counted in /proc)'];

onLinux(
  `${size} processes: each message everywhere once, at most ${activeView} neighbors and ${activeView + temporary} links each${why}`,
  async () => {
    const seed = peer('--stdin', '--json');
    const address = await addressOf(seed);
    const all = [
      seed,
      ...Array.from({ length: size - 1 }, () => peer('--stdin', '--json', '--connect', address)),
    ];
    await Promise.all(
      all.map((one) => one.until('a neighbor', () => neighborsOf(one).size > 0, 3 * patience)),
    );

    all.forEach((one, index) => one.say(`from ${index}\n`));
    const said = all.map((_, index) => `from ${index}`);
    await Promise.all(
      all.map((one, index) =>
        one
          .until('what all the others said', () => heard(one).length === size - 1, 2 * patience)
          .then(() => {
            expect(heard(one).sort()).toEqual(said.filter((_, from) => from !== index).sort());
          }),
      ),
    );

    // Quiet: who came last has found its place. From here on it stays so, shuffles and probes included.
    await eventually(() => all.every((one) => links(one.pid) <= activeView + temporary));
    for (let second = 0; second < 12; second++) {
      await turnOfTheSecond();
      expect(all.filter((one) => neighborsOf(one).size > activeView)).toEqual([]);
      expect(all.map((one) => links(one.pid)).filter((count) => count > activeView + temporary)).toEqual([]);
    }
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  },
);

/** Established TCP connections of a process, as the system counts them. */
function links(pid: number): number {
  const established = '01';
  const sockets = new Set(
    readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === established)
      .map((columns) => `socket:[${columns[9]}]`),
  );
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => sockets.has(target(`/proc/${pid}/fd/${fd}`))).length;
}

/** A descriptor may be closed between the listing and the look. */
function target(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

const turnOfTheSecond = () => new Promise((resolve) => setTimeout(resolve, 1000));

/** Looks once a second: the system does not tell when a connection is gone. */
async function eventually(done: () => boolean): Promise<void> {
  for (let left = (2 * patience) / 1000; left > 0; left--) {
    if (done()) return;
    await turnOfTheSecond();
  }
  throw new Error('waited too long');
}
