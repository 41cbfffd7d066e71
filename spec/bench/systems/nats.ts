import type { System } from './system.ts';

/** Waited for at most once in so many bytes: a flush is a round trip to the server. */
const flushEvery = 64 * 1024;

export const nats: System = {
  name: 'nats',
  label: 'NATS core',
  about: '@nats-io/transport-node, noEcho; every 64 KiB the flush before is awaited',
  installed: true,
  server: {
    command: 'nats-server',
    package: 'nats-server',
    args: (port) => ['--addr', '127.0.0.1', '--port', String(port)],
  },
  async join({ server }, onMessage) {
    const { connect } = await import('@nats-io/transport-node');
    const connection = await connect({ servers: server, noEcho: true });
    connection.subscribe('bench', { callback: (_error, { data }) => onMessage(data) });
    await connection.flush();
    let size = 0;
    let flushed: Promise<void> | undefined;
    return {
      address: '',
      send(payload) {
        connection.publish('bench', payload);
        size += payload.length;
        if (size < flushEvery) return undefined;
        size = 0;
        // Two are on their way at any time, so that the publisher does not stand still for a round trip.
        const before = flushed;
        flushed = connection.flush();
        return before;
      },
    };
  },
};
