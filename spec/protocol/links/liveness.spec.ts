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
  it('is fine until it was quiet for 2.5 s, then a ping is due', () => {
    expect(verdictsAt(link('up'), 0, 2499, 2500, 5000)).toEqual(['fine', 'fine', 'ping', 'ping']);
  });

  it('counts the quiet from the last frame', () => {
    const one = link('up');
    heard(one.pulse, 700);
    expect(verdictsAt(one, 2500, 3199, 3200)).toEqual(['fine', 'fine', 'ping']);
  });

  it('is pinged on the beat, each 2.5 s of the clock, when that is a quarter of a second early at most', () => {
    expect(verdictsAt(link('up', 250), 2499, 2500)).toEqual(['fine', 'ping']);
    expect(verdictsAt(link('up', 251), 2500, 2750, 2751)).toEqual(['fine', 'fine', 'ping']);
  });

  it('comes to the beat with one ping before its time when only answers are heard, and stays there', () => {
    const one = link('up', 700);
    const times = [];
    for (let now = 700; times.length < 5;) {
      now = nextSweep(new Map([[1, one]]), defaults, now);
      if (verdict(one, defaults, now) === 'fine') continue;
      times.push(now);
      answered(one.pulse, pinged(one.pulse, now), now + 3);
      heard(one.pulse, now + 3);
    }
    expect(times).toEqual([3250, 5000, 7500, 10_000, 12_500]);
  });

  it('is not pinged before its time when more than the answer is heard', () => {
    const one = link('up');
    answered(one.pulse, pinged(one.pulse, 4000), 4010);
    heard(one.pulse, 4010);
    expect(verdictsAt(one, 4999, 5000)).toEqual(['fine', 'ping']);
    heard(one.pulse, 4011);
    expect(verdictsAt(one, 5000, 6510, 6511)).toEqual(['fine', 'fine', 'ping']);
  });

  it('is then pinged once a second until two pings are unanswered, then dead', () => {
    const one = link('up');
    const verdicts = [];
    for (const now of [2500, 3499, 3500, 4499, 4500]) {
      const says = verdict(one, defaults, now);
      verdicts.push(says);
      if (says === 'ping') pinged(one.pulse, now);
    }
    expect(verdicts).toEqual(['ping', 'fine', 'ping', 'fine', 'dead']);
  });

  it('forgets the unanswered pings at any frame', () => {
    const one = link('up');
    for (const now of [2500, 3500]) pinged(one.pulse, now);
    heard(one.pulse, 4000);
    expect(verdictsAt(one, 6499, 6500)).toEqual(['fine', 'ping']);
  });

  it('is left to the end that was dialled, once the other knows its round trip: one PING tells both', () => {
    const one = { ...link('up'), dialled: '10.0.0.2:8080' };
    expect(verdictsAt(one, 2500)).toEqual(['ping']);
    answered(one.pulse, pinged(one.pulse, 2500), 2540);
    heard(one.pulse, 2540);
    expect(verdictsAt(one, 5040, 5539, 5540)).toEqual(['fine', 'fine', 'ping']);
    // Nobody began: what is left of the time until it is dead is the same as at the other end.
    pinged(one.pulse, 5540);
    expect(verdictsAt(one, 6164, 6165)).toEqual(['fine', 'ping']);
    pinged(one.pulse, 6165);
    expect(verdictsAt(one, 7039, 7040)).toEqual(['fine', 'dead']);
  });

  it('gives each ping its time, though all were overdue: we were stopped ourselves', () => {
    const one = link('up');
    const verdicts = [];
    for (const now of [60_000, 60_624, 60_625, 61_249, 61_250]) {
      const says = verdict(one, defaults, now);
      verdicts.push(says);
      if (says === 'ping') pinged(one.pulse, now);
    }
    expect(verdicts).toEqual(['ping', 'fine', 'ping', 'fine', 'dead']);
  });

  it('is dead within 4.75 s of the last frame at either end, whenever that came, though each look at it is late', () => {
    const late = 100;
    const diedAfter = (dialled: string, heardAt: number, pongAt = -Infinity) => {
      const one = { ...link('up', heardAt), dialled };
      Object.assign(one.pulse, { rtt: 1, pongAt });
      for (let now = heardAt; ;) {
        now = nextSweep(new Map([[1, one]]), defaults, now) + late;
        const says = verdict(one, defaults, now);
        if (says === 'dead') return now - heardAt;
        if (says === 'ping') pinged(one.pulse, now);
      }
    };
    const ends = [
      (heardAt: number) => diedAfter('', heardAt),
      (heardAt: number) => diedAfter('', heardAt, heardAt),
      (heardAt: number) => diedAfter('10.0.0.2:8080', heardAt),
    ];
    for (const end of ends) {
      const all = Array.from({ length: 2500 }, (_, heardAt) => end(heardAt));
      expect(Math.min(...all)).toBeGreaterThanOrEqual(4500);
      expect(Math.max(...all)).toBeLessThan(4750 + late);
    }
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
    expect(at(0, link('greeting'), link('up'))).toBe(2500);
    expect(at(0, link('greeting'))).toBe(5000);
  });

  it('is rounded up to a quarter of a second, so that many pings share one wake-up', () => {
    const dialled = (openedAt: number) => ({ ...link('up', openedAt), dialled: '10.0.0.2:8080' });
    expect([at(0, dialled(1)), at(0, dialled(250)), at(0, dialled(251))]).toEqual([2750, 2750, 3000]);
  });

  it('is never now: a look that is overdue comes with the next millisecond', () => {
    expect(at(7777, link('up'))).toBe(7778);
  });
});
