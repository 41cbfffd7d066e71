import { filter, finalize, type SchedulerLike, type Subscription } from 'rxjs';
import { changeLink, mapLinks, type Fault } from './decorate.ts';
import type { Link } from './transport.ts';

export interface Slowness {
  /** Milliseconds that everything sent takes longer. Default 0. */
  readonly delay?: number;
  /** What a link lets through, each write as a whole. Default: no limit. */
  readonly bytesPerSecond?: number;
}

/**
 * What is written leaves later: `buffered` grows as with a slow network. Incoming bytes are not slowed (put it
 * around the other end's transport for that). When the transport closes, what is left leaves at once.
 */
export function slow({ delay = 0, bytesPerSecond = Infinity }: Slowness, clock: SchedulerLike): Fault {
  return (inner) => {
    const hurries = new Set<() => void>();

    const slowLink = (link: Link): Link => {
      const queue: { readonly due: number; readonly leave: () => void }[] = [];
      let held = 0;
      let lastDue = 0;
      let timer: Subscription | undefined;

      const run = (until: number): void => {
        while (queue.length > 0 && queue[0]!.due <= until) queue.shift()!.leave();
        const next = queue[0];
        timer = next && clock.schedule(() => run(clock.now()), Math.max(0, next.due - clock.now()));
      };
      const put = (bytes: number, leave: () => void): void => {
        lastDue = Math.max(clock.now() + delay, lastDue) + (bytes * 1000) / bytesPerSecond;
        queue.push({ due: lastDue, leave });
        if (queue.length === 1) run(-Infinity);
      };
      const hurry = (): void => {
        timer?.unsubscribe();
        run(Infinity);
      };
      const stop = (): void => {
        timer?.unsubscribe();
        queue.length = 0;
        held = 0;
        hurries.delete(hurry);
      };

      hurries.add(hurry);
      return changeLink(link, {
        chunk$: link.chunk$.pipe(finalize(stop)),
        drain$: link.drain$.pipe(filter(() => held === 0)),
        held: () => held,
        write: (bytes) => {
          held += bytes.length;
          put(bytes.length, () => {
            held -= bytes.length;
            link.write(bytes);
          });
        },
        end: () => put(0, () => link.end()),
        cut: () => {
          stop();
          link.cut();
        },
      });
    };

    return {
      ...mapLinks(inner, slowLink),
      close: (graceMs) => {
        for (const hurry of hurries) hurry();
        return inner.close(graceMs);
      },
    };
  };
}
