import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { addressOf, build, happenings, patience, processes, type Running } from '../support/process.ts';

/** Far more peers than fit into an active view: bounded neighbors and links, and every message everywhere. */

jest.setTimeout(6 * patience);
beforeAll(build);

const size = 60;
const activeView = 5;
/**
 * Besides the neighbors there are links for a shuffle, a probe, a refill, for a second or two each. Chance decides how many of them
 * meet at one process: so many do not, and none stays.
 */
const temporary = 10;

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
  `${size} processes: each message everywhere once, at most ${activeView} neighbors each, and no link that stays beside theirs${why}`,
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
    await eventuallyEach(all, hasOnlyNeighbors);
    for (let second = 0; second < 12; second++) {
      await turnOfTheSecond();
      expect(all.filter((one) => neighborsOf(one).size > activeView)).toEqual([]);
      expect(all.map((one) => links(one.pid)).filter((count) => count > activeView + temporary)).toEqual([]);
    }
    await eventuallyEach(all, hasOnlyNeighbors);
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  },
);

/** As far as their number tells. */
const hasOnlyNeighbors = (one: Running) => links(one.pid) <= activeView;

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

/** Each at some time, not all at once. Looks once a second: the system does not tell when a connection is gone. */
async function eventuallyEach(all: readonly Running[], holds: (one: Running) => boolean): Promise<void> {
  let left = all;
  for (let seconds = (2 * patience) / 1000; seconds > 0; seconds--) {
    left = left.filter((one) => !holds(one));
    if (left.length === 0) return;
    await turnOfTheSecond();
  }
  throw new Error(`waited too long for ${left.length} of ${all.length}`);
}
