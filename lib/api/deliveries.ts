import { Observable, Subject, type Subscriber } from 'rxjs';
import type { Notice } from '../doers.ts';
import { eachPayload, pieceOf } from '../protocol/pieces.ts';
import type { ReceivedMessage } from './types.ts';
import { Received } from './views.ts';

type Delivery = Extract<Notice, { type: 'deliver' | 'deliverBurst' }>;

/**
 * What the others say, to whoever subscribes. Not a Subject of messages: its `next` makes a closure each time, which was
 * a fifth of the memory that a message takes; and of what nobody listens to, as where a peer only relays, no message is made at all.
 */
export interface Deliveries {
  /** With a topic only those that have it. */
  readonly messages: (topic?: string) => Observable<ReceivedMessage>;
  readonly deliver: (delivery: Delivery) => void;
  /** Tells all subscribers, also those to come, how it ended. */
  readonly end$: Subject<never>;
}

export function createDeliveries(): Deliveries {
  const end$ = new Subject<never>();
  /** Replaced, never changed in place: somebody may come or go while a message is handed out. */
  let listeners: readonly { topic: string | undefined; subscriber: Subscriber<ReceivedMessage> }[] = [];

  const isFor = (topic: string | undefined, its: string) => topic === undefined || topic === its;

  return {
    end$,
    messages: (topic) =>
      new Observable((subscriber) => {
        const listener = { topic, subscriber };
        listeners = [...listeners, listener];
        subscriber.add(() => (listeners = listeners.filter((one) => one !== listener)));
        return end$.subscribe(subscriber);
      }),
    deliver(delivery) {
      const isOne = delivery.type === 'deliver';
      const first = isOne ? delivery.message : delivery.first;
      if (!listeners.some(({ topic }) => isFor(topic, first.topic))) return;
      eachPayload(isOne ? [pieceOf(first.payload)] : delivery.pieces, (payload, nr) => {
        const message = new Received(first, delivery.via, nr, payload);
        for (const { topic, subscriber } of listeners)
          if (isFor(topic, first.topic)) subscriber.next(message);
      });
    },
  };
}
