import type { Observer, Subject } from 'rxjs';
import type { Alarms } from './loop/alarms.ts';
import type { Effect } from './protocol/effects.ts';
import { inOrder } from './loop/in-order.ts';
import type { Alarm, Event } from './protocol/events.ts';
import { byeCodes, type Address } from './protocol/messages.ts';
import type { LinkTable } from './transport/link-table.ts';
import { signedBytes } from './wire/signed.ts';
import type { Key, Verify } from './world/keys.ts';

/** Effects that only the application acts on. */
export type Notice = Extract<
  Effect,
  {
    type:
      | 'listening'
      | 'deliver'
      | 'deliverBurst'
      | 'published'
      | 'publishedBurst'
      | 'flow'
      | 'neighborUp'
      | 'neighborDown'
      | 'gap'
      | 'log';
  }
>;

/** What each effect does to the world: the one place where the loop touches anything. */
export type Doers = { readonly [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void };

/** What a peer needs that signs: its key, and how it checks what others signed. */
export interface Signing {
  readonly key: Key;
  readonly verify: Verify;
}

export interface Reach {
  readonly links: LinkTable;
  readonly alarms: Alarms<Alarm>;
  readonly dial$: Subject<Address>;
  readonly seed$: Subject<string>;
  /** Answers to effects that are questions. */
  readonly answer$: Subject<Event>;
  readonly cluster: string;
  readonly signing: Signing | undefined;
  readonly notice$: Observer<Notice>;
  readonly left$: Subject<void>;
}

export function createDoers(reach: Reach): Doers {
  const { links, alarms, dial$, seed$, answer$, cluster, signing, notice$, left$ } = reach;
  const notify = (notice: Notice) => notice$.next(notice);
  const verdict = inOrder((event: Event) => answer$.next(event));
  return {
    dial: ({ address }) => dial$.next(address),
    send: ({ links: to, message }) => links.send(to, message),
    sendBurst: (effect) => links.sendBurst(effect.links, effect),
    hangUp: ({ link, bye, text }) => {
      links.send([link], { type: 'bye', code: byeCodes[bye], text });
      links.end(link);
    },
    cut: ({ link }) => links.cut(link),
    hold: ({ link }) => links.hold(link, true),
    letGo: ({ link }) => links.hold(link, false),
    resolve: ({ seed }) => seed$.next(seed),
    wake: ({ alarm, at, instead }) => alarms.set(alarm, at, instead),
    sign: ({ ref, message }) => {
      const proof = signing!.key.prove(signedBytes(cluster, message));
      answer$.next({ type: 'signed', ref, message: { ...message, proof } });
    },
    verify: ({ link, message }) => {
      const answer = verdict();
      const bytes = signedBytes(cluster, message);
      signing!.verify(message.origin, bytes, message.proof, (ok) =>
        answer({ type: 'verified', link, message, ok }),
      );
    },
    listening: notify,
    deliver: notify,
    deliverBurst: notify,
    gap: notify,
    published: notify,
    publishedBurst: notify,
    flow: notify,
    neighborUp: notify,
    neighborDown: notify,
    log: notify,
    // Links stay subscribed until the transport has flushed the BYEs and closed them.
    left: () => {
      alarms.stop();
      for (const subject of [dial$, seed$, answer$]) subject.complete();
      left$.next();
      left$.complete();
    },
  };
}

export function perform(doers: Doers, effects: readonly Effect[]): void {
  for (const effect of effects) (doers[effect.type] as (effect: Effect) => void)(effect);
}
