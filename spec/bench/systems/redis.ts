import type { System } from './system.ts';

const replyEvery = 64 * 1024;

export const redis: System = {
  name: 'redis',
  label: 'Redis pub/sub',
  about: '@redis/client, a channel for each publisher, pipelined: a reply is awaited every 64 KiB',
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
    let size = 0;
    let replied: Promise<unknown> | undefined;
    return {
      address: '',
      send(payload) {
        const reply = publisher.publish(channelOf(index), payload as Buffer);
        size += payload.length;
        if (size < replyEvery) return undefined;
        size = 0;
        const before = replied;
        replied = reply;
        return before;
      },
    };
  },
};

const channelOf = (index: number) => `bench.${index}`;
