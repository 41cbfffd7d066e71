import type { System } from './system.ts';

const topic = 'bench';

export const gossipsub: System = {
  name: 'gossipsub',
  label: 'libp2p gossipsub',
  about: 'js-libp2p, @libp2p/gossipsub by default (signed), tcp, noise, yamux; each publish is awaited',
  installed: true,
  async join({ known, count }, onMessage) {
    withResolvers();
    const { createLibp2p } = await import('libp2p');
    const { gossipsub: service } = await import('@libp2p/gossipsub');
    const { tcp } = await import('@libp2p/tcp');
    const { noise } = await import('@chainsafe/libp2p-noise');
    const { yamux } = await import('@libp2p/yamux');
    const { identify } = await import('@libp2p/identify');
    const { multiaddr } = await import('@multiformats/multiaddr');
    const node = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify(), pubsub: service() },
    });
    const { pubsub } = node.services;
    pubsub.addEventListener('message', ({ detail }) => onMessage(detail.data));
    pubsub.subscribe(topic);
    for (const address of known) await node.dial(multiaddr(address));
    return {
      address: String(node.getMultiaddrs()[0]),
      settled: () => pubsub.getSubscribers(topic).length >= count - 1,
      send: (payload) => pubsub.publish(topic, payload),
    };
  },
};

/** js-libp2p calls it; Node has it from 22 on. */
function withResolvers(): void {
  const constructor = Promise as unknown as Record<string, unknown>;
  constructor['withResolvers'] ??= () => {
    let [resolve, reject]: unknown[] = [];
    const promise = new Promise((...both) => ([resolve, reject] = both));
    return { promise, resolve, reject };
  };
}
