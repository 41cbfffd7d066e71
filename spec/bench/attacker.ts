import type { Socket } from 'node:net';
import { attacks, type Scene } from '../hostile/attacks.ts';
import { attackers } from '../support/attackers.ts';

/**
 * A process that does one attack of the hostile suite, over and over until it is ended: `attacker.mjs NAME PORT`.
 * Says "on" with its first link; to any message it answers how much it has done.
 */

export interface Done {
  readonly links: number;
  readonly bytes: number;
}

const [name, port] = process.argv.slice(2);
const { attack } = attackers();
const open = new Set<Socket>();
let links = 0;
let bytesOfClosed = 0;

const scene: Scene = {
  port: Number(port),
  on: () => true,
  async attack(...args) {
    const one = await attack(...args);
    if (one.socket.destroyed) return one;
    if (links++ === 0) process.send?.('on');
    open.add(one.socket);
    // A flood that looks for `drain` every few milliseconds leaves a listener each time: no warning in the report.
    one.socket.setMaxListeners(0);
    void one.closed.then(() => {
      open.delete(one.socket);
      bytesOfClosed += one.socket.bytesWritten;
    });
    return one;
  },
};

process.on('message', () => {
  const bytes = [...open].reduce((sum, socket) => sum + socket.bytesWritten, bytesOfClosed);
  process.send?.({ links, bytes } satisfies Done);
});
process.on('disconnect', () => process.exit());

const { run } = attacks.find((one) => one.name === name)!;
for (;;) await run(scene);
