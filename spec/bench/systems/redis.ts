import type { System } from './system.ts';
import { windowed } from './window.ts';

export const redis: System = {
  name: 'redis',
  label: 'Redis pub/sub',
  about: '@redis/client, a channel for each publisher, pipelined; every 64 KiB the reply before is awaited',
  installed: true,
  server: {
    command: 'redis-server',
    package: 'redis-server',
    // A subscriber behind by 32 MB is cut by default, and what it missed is lost.
    args: (port) => [
      ...['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'],
      ...['--client-output-buffer-limit', 'pubsub 0 0 0'],
    ],
  },
  async join({ server, index, count }, onMessage) {
    const { createClient } = await import('@redis/client');
    const [host = '', port = ''] = server.split(':');
    const publisher = createClient({ socket: { host, port: Number(port) } });
    await publisher.connect();
    const subscriber = publisher.duplicate();
    await subscriber.connect();
    const others = Array.from({ length: count }, (_, at) => at).filter((at) => at !== index);
    await subscriber.subscribe(others.map(channelOf), (payload) => onMessage(payload), true);
    let reply: Promise<unknown>;
    const wait = windowed(() => reply);
    return {
      address: '',
      send(payload) {
        reply = publisher.publish(channelOf(index), payload as Buffer);
        return wait(payload.length);
      },
    };
  },
};

const channelOf = (index: number) => `bench.${index}`;
