import { createBroadcast } from '../../../lib/protocol/broadcast/broadcast.ts';
import { patience, rangLate } from '../../../lib/protocol/broadcast/lag.ts';
import type { Turn } from '../../../lib/protocol/broadcast/turn.ts';
import { defaults } from '../../../lib/options.ts';

function peer() {
  const broadcast = createBroadcast();
  return (now: number) => ({ b: broadcast, env: { now }, state: { settings: defaults } }) as unknown as Turn;
}

describe('the time that is waited for a payload', () => {
  it('is longer by twice as much as alarms ring late', () => {
    const at = peer();
    expect(patience(at(0))).toBe(defaults.graftMin);
    rangLate(at(0), 120);
    expect(patience(at(1))).toBe(defaults.graftMin + 240);
  });

  it('is that of the worst of the last two seconds', () => {
    const at = peer();
    rangLate(at(0), 200);
    rangLate(at(500), 60);
    expect(patience(at(1999))).toBe(defaults.graftMin + 400);
    rangLate(at(2000), 60);
    expect(patience(at(2001))).toBe(defaults.graftMin + 120);
    expect(patience(at(4001))).toBe(defaults.graftMin);
  });

  it('is not that of a machine that was asleep', () => {
    const at = peer();
    rangLate(at(0), 3_600_000);
    expect(patience(at(1))).toBe(defaults.graftMin + 1000);
  });
});
