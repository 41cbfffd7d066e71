import { VirtualTimeScheduler } from 'rxjs';
import { createDoers, perform, type Reach } from '../lib/doers.ts';
import { createAlarms } from '../lib/loop/alarms.ts';
import type { Alarm } from '../lib/protocol/events.ts';

describe('a wake-up', () => {
  it('is put off when it is asked for instead of an earlier one', () => {
    const clock = new VirtualTimeScheduler();
    const alarms = createAlarms<Alarm>(clock);
    const rung: number[] = [];
    alarms.woken$.subscribe(() => rung.push(clock.now()));
    perform(createDoers({ alarms } as Reach), [
      { type: 'wake', alarm: 'links', at: 4 },
      { type: 'wake', alarm: 'links', at: 7, instead: true },
    ]);
    clock.flush();
    expect(rung).toEqual([7]);
  });
});
