import { setImmediate as turn } from 'node:timers/promises';
import type { System } from './system.ts';

export const zeromq: System = {
  name: 'zeromq',
  label: 'ZeroMQ',
  about: 'zeromq 6, PUB and SUB in a full mesh, noDrop: each send is awaited',
  installed: true,
  async join({ known }, onMessage) {
    const { Publisher, Subscriber } = await import('zeromq');
    const publisher = new Publisher({ linger: 0 });
    const subscriber = new Subscriber({ linger: 0 });
    publisher.noDrop = true;
    subscriber.subscribe();
    await publisher.bind('tcp://127.0.0.1:*');
    await subscriber.bind('tcp://127.0.0.1:*');
    // Now: after a connect it is the other end that this names.
    const own = `${publisher.lastEndpoint ?? ''} ${subscriber.lastEndpoint ?? ''}`;
    for (const address of known) {
      const [theirPublisher = '', theirSubscriber = ''] = address.split(' ');
      subscriber.connect(theirPublisher);
      publisher.connect(theirSubscriber);
    }
    void (async () => {
      for await (const [payload] of subscriber) if (payload !== undefined) onMessage(payload);
    })();
    return {
      address: own,
      send: (payload) => sent(publisher, payload),
    };
  },
};

/** A full queue is an error with noDrop, and nobody has the message then: again in the next turn. */
async function sent(publisher: Sender, payload: Uint8Array): Promise<void> {
  for (;;) {
    try {
      await publisher.send(payload);
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error;
      await turn();
    }
  }
}

interface Sender {
  send(payload: Uint8Array): Promise<void>;
}
