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
    for (const address of known) {
      const [theirPublisher = '', theirSubscriber = ''] = address.split(' ');
      subscriber.connect(theirPublisher);
      publisher.connect(theirSubscriber);
    }
    void (async () => {
      for await (const [payload] of subscriber) if (payload !== undefined) onMessage(payload);
    })();
    return {
      address: `${publisher.lastEndpoint ?? ''} ${subscriber.lastEndpoint ?? ''}`,
      send: (payload) => publisher.send(payload),
    };
  },
};
