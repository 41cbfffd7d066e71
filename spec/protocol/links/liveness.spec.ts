import {
  answered,
  firstPulse,
  heard,
  nextSweep,
  pinged,
  verdict,
} from '../../../lib/protocol/links/liveness.ts';
import type { LinkState, Phase } from '../../../lib/protocol/links/links.ts';
import { createMeter } from '../../../lib/protocol/links/meter.ts';
import { defaults } from '../../../lib/options.ts';

const link = (phase: Phase, openedAt = 0): LinkState => ({
  id: 1,
  remote: '10.0.0.2:40001',
  dialled: '',
  phase,
  openedAt,
  serial: 0,
  peer: undefined,
  drainedAt: Infinity,
  pulse: firstPulse(openedAt),
  meter: createMeter(openedAt),
});
const verdictsAt = (one: LinkState, ...times: number[]) => times.map((now) => verdict(one, defaults, now));

describe('the pulse of a link', () => {
  it('is fine until it was quiet for a second, then a ping is due', () => {
    expect(verdictsAt(link('up'), 0, 999, 1000, 5000)).toEqual(['fine', 'fine', 'ping', 'ping']);
  });

  it('counts the quiet from the last frame', () => {
    const one = link('up');
    heard(one.pulse, 700);
    expect(verdictsAt(one, 1000, 1699, 1700)).toEqual(['fine', 'fine', 'ping']);
  });

  it('is pinged once a second until three pings are unanswered, then dead', () => {
    const one = link('up');
    const verdicts = [];
    for (const now of [1000, 1999, 2000, 2999, 3000, 3999, 4000]) {
      const says = verdict(one, defaults, now);
      verdicts.push(says);
      if (says === 'ping') pinged(one.pulse, now);
    }
    expect(verdicts).toEqual(['ping', 'fine', 'ping', 'fine', 'ping', 'fine', 'dead']);
  });

  it('forgets the unanswered pings at any frame', () => {
    const one = link('up');
    for (const now of [1000, 2000, 3000]) pinged(one.pulse, now);
    heard(one.pulse, 3500);
    expect(verdictsAt(one, 4499, 4500)).toEqual(['fine', 'ping']);
  });

  it('is left to the end that was dialled, once the other knows its round trip: one PING tells both', () => {
    const one = { ...link('up'), dialled: '10.0.0.2:8080' };
    expect(verdictsAt(one, 1000)).toEqual(['ping']);
    answered(one.pulse, pinged(one.pulse, 1000), 1040);
    heard(one.pulse, 1040);
    expect(verdictsAt(one, 2040, 2539, 2540)).toEqual(['fine', 'fine', 'ping']);
    // Nobody began: from here on its PINGs are a second apart, as they are at the other end.
    pinged(one.pulse, 2540);
    expect(verdictsAt(one, 3289, 3290)).toEqual(['fine', 'ping']);
  });

  it('numbers the pings from 1 up', () => {
    const { pulse } = link('up');
    expect([pinged(pulse, 1000), pinged(pulse, 2000), pinged(pulse, 3000)]).toEqual([1, 2, 3]);
  });

  it('is silent when no hello came in time, whatever else was said', () => {
    const one = link('greeting', 100);
    heard(one.pulse, 5000);
    expect(verdictsAt(one, 5099, 5100)).toEqual(['fine', 'silent']);
  });

  it('is silent, not dead, when the time of a retired link is over, whatever is still said on it', () => {
    const one = { ...link('retired'), drainedAt: 1500 };
    heard(one.pulse, 1400);
    expect(verdictsAt(one, 1000, 1499, 1500)).toEqual(['fine', 'fine', 'silent']);
  });
});

describe('the round trip', () => {
  const rttAfter = (...samples: number[]) => {
    const { pulse } = link('up');
    let now = 0;
    for (const sample of samples) {
      now += 1000;
      const nonce = pinged(pulse, now);
      answered(pulse, nonce, now + sample);
    }
    return pulse.rtt;
  };

  it('is unknown before the first pong', () => {
    expect(rttAfter()).toBeUndefined();
  });

  it('is the first sample, then an eighth of each new one and seven of what it was', () => {
    expect([rttAfter(80), rttAfter(80, 0), rttAfter(80, 0, 160)]).toEqual([80, 70, 81.25]);
  });

  it('takes no sample from the answer to an older ping, a second answer, or one never asked for', () => {
    const { pulse } = link('up');
    answered(pulse, 0, 500);
    const first = pinged(pulse, 1000);
    const second = pinged(pulse, 2000);
    answered(pulse, first, 2010);
    expect(pulse.rtt).toBeUndefined();
    answered(pulse, second, 2040);
    answered(pulse, second, 2900);
    answered(pulse, 77, 2900);
    expect(pulse.rtt).toBe(40);
  });
});

describe('the next look at the links', () => {
  const at = (now: number, ...links: LinkState[]) =>
    nextSweep(new Map(links.map((one, id) => [id, one])), defaults, now);

  it('is when the first of them is due', () => {
    expect(at(0, link('greeting'), link('up'))).toBe(1000);
    expect(at(0, link('greeting'))).toBe(5000);
  });

  it('is rounded up to a quarter of a second, so that many pings share one wake-up', () => {
    expect([at(0, link('up', 1)), at(0, link('up', 250)), at(0, link('up', 251))]).toEqual([
      1250, 1250, 1500,
    ]);
  });

  it('is never now: a look that is overdue comes with the next millisecond', () => {
    expect(at(7777, link('up'))).toBe(7778);
  });
});
