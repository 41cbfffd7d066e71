import type { Observer, Subject } from 'rxjs';
import type { Alarms } from './loop/alarms.ts';
import type { Effect } from './protocol/effects.ts';
import type { Alarm } from './protocol/events.ts';
import { byeCodes, type Address } from './protocol/messages.ts';
import type { LinkTable } from './transport/link-table.ts';

/** Effects that only the application acts on. */
export type Notice = Extract<
  Effect,
  { type: 'listening' | 'deliver' | 'published' | 'flow' | 'neighborUp' | 'neighborDown' | 'gap' | 'log' }
>;

/** What each effect does to the world: the one place where the loop touches anything. */
export type Doers = { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void };

export interface Reach {
  readonly links: LinkTable;
  readonly alarms: Alarms<Alarm>;
  readonly dial$: Subject<Address>;
  readonly seed$: Subject<string>;
  readonly notice$: Observer<Notice>;
  readonly left$: Subject<void>;
}

export function createDoers({ links, alarms, dial$, seed$, notice$, left$ }: Reach): Doers {
  const notify = (notice: Notice) => notice$.next(notice);
  return {
    dial: ({ address }) => dial$.next(address),
    send: ({ links: to, message }) => links.send(to, message),
    hangUp: ({ link, bye, text }) => {
      links.send([link], { type: 'bye', code: byeCodes[bye], text });
      links.end(link);
    },
    cut: ({ link }) => links.cut(link),
    resolve: ({ seed }) => seed$.next(seed),
    wake: ({ alarm, at }) => alarms.set(alarm, at),
    listening: notify,
    deliver: notify,
    gap: notify,
    published: notify,
    flow: notify,
    neighborUp: notify,
    neighborDown: notify,
    log: notify,
    // Links stay subscribed until the transport has flushed the BYEs and closed them.
    left: () => {
      alarms.stop();
      for (const subject of [dial$, seed$]) subject.complete();
      left$.next();
      left$.complete();
    },
  };
}

export function perform(doers: Doers, effects: readonly Effect[]): void {
  for (const effect of effects) (doers[effect.type] as (effect: Effect) => void)(effect);
}
