import type { System } from './system.ts';
import { windowed } from './window.ts';

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
    const wait = windowed(() => connection.flush());
    return {
      address: '',
      send(payload) {
        connection.publish('bench', payload);
        return wait(payload.length);
      },
    };
  },
};
