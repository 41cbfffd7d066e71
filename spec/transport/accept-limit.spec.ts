import { asapScheduler } from 'rxjs';
import { limitAccepted } from '../../lib/transport/accept-limit.ts';
import { createTcp } from '../../lib/transport/tcp.ts';
import { createMemoryNetwork } from '../../lib/transport/memory.ts';
import type { Link } from '../../lib/transport/transport.ts';
import { listening, next, within } from './helpers.ts';

const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** A listener that takes two, and how the links that others dial fare there. */
async function door() {
  const network = createMemoryNetwork(asapScheduler);
  const inside = limitAccepted(network.transport(), 2);
  const there = await listening(inside, '127.0.0.1');
  const taken: Link[] = [];
  there.accepted$.subscribe((link) => {
    taken.push(link);
    link.chunk$.subscribe({ error: () => undefined });
  });
  const outside = network.transport();
  const knock = async () => {
    const link = await next('a link', outside.dial(there.address));
    const caller = { link, closed: false };
    const over = () => (caller.closed = true);
    link.chunk$.subscribe({ error: over, complete: over });
    await turns();
    return caller;
  };
  return { knock, taken, inside, outside };
}

describe('a listener with a limit', () => {
  it('leaves a link its share of a turn', async () => {
    const tcp = createTcp();
    const there = await listening(limitAccepted(tcp, 2), '127.0.0.1');
    await next('a link', tcp.dial(there.address));
    expect((await next('an accepted link', there.accepted$)).share).toBeDefined();
    await tcp.close(0);
  });

  it('takes so many links; one more is cut, until one of them is gone', async () => {
    const { knock, taken } = await door();
    const [first, second, third] = [await knock(), await knock(), await knock()];
    expect([first, second, third].map(({ closed }) => closed)).toEqual([false, false, true]);
    expect(taken).toHaveLength(2);
    first.link.cut();
    await turns();
    expect((await knock()).closed).toBe(false);
    expect(taken).toHaveLength(3);
  });

  it('cuts the one that was ended longest ago, and whose other end does not close, for a new one', async () => {
    const { knock, taken, inside, outside } = await door();
    await knock();
    await knock();
    // The ends here are ended; the others, which the memory network closes by itself, are held open by not reading.
    taken[1]?.end();
    taken[0]?.end();
    const newcomer = await knock();
    expect(newcomer.closed).toBe(false);
    expect(taken).toHaveLength(3);
    await within('the end', Promise.all([inside.close(0), outside.close(0)]));
  });
});
