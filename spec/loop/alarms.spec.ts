import { tap, VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { createAlarms, type Alarms } from '../../lib/loop/alarms.ts';

type Name = 'a' | 'b' | 'c';

/** Runs `act` with alarms on virtual time and compares what rings; `commands` says when its letters are called. */
function rings(
  commands: string,
  act: Readonly<Record<string, (alarms: Alarms<Name>) => void>>,
  expected: string,
  onWoken: (name: Name, alarms: Alarms<Name>) => void = () => undefined,
): void {
  const scheduler = new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted));
  scheduler.run(({ cold, expectObservable }) => {
    const alarms = createAlarms<Name>(scheduler);
    cold(commands).subscribe((letter) => act[letter]?.(alarms));
    expectObservable(alarms.woken$.pipe(tap((name) => onWoken(name, alarms)))).toBe(expected);
  });
}

const pending = (clock: VirtualTimeScheduler) => clock.actions.filter((action) => !action.closed).length;
const stop = (alarms: Alarms<Name>) => alarms.stop();

describe('alarms', () => {
  it('ring at the time that was asked for, once', () => {
    const commands = 's--------';
    const expected = '-----a---';
    rings(commands, { s: (alarms) => alarms.set('a', 5) }, expected);
  });

  it('ring as soon as the clock runs again when the time is past', () => {
    const commands = '---s-----';
    const expected = '---a-----';
    rings(commands, { s: (alarms) => alarms.set('a', 1) }, expected);
  });

  it('ring in the order of their deadlines, not in the order they were set in', () => {
    const commands = 's--------';
    const expected = '--b--a-c-';
    const s = (alarms: Alarms<Name>) => {
      alarms.set('a', 5);
      alarms.set('b', 2);
      alarms.set('c', 7);
    };
    rings(commands, { s }, expected);
  });

  it('ring all at once when several are due, the earliest deadline first', () => {
    const commands = '---s-----';
    const expected = '---(cab)-';
    const s = (alarms: Alarms<Name>) => {
      alarms.set('a', 2);
      alarms.set('b', 3);
      alarms.set('c', 1);
    };
    rings(commands, { s }, expected);
  });

  it('have one deadline a name: asking again for a later one does not move it', () => {
    const commands = 's-l------';
    const expected = '----a----';
    rings(commands, { s: (alarms) => alarms.set('a', 4), l: (alarms) => alarms.set('a', 7) }, expected);
  });

  it('have one deadline a name: asking again moves it earlier', () => {
    const commands = 's-e------';
    const expected = '----a----';
    rings(commands, { s: (alarms) => alarms.set('a', 7), e: (alarms) => alarms.set('a', 4) }, expected);
  });

  it('are never put off, however often they are asked for again', () => {
    const commands = '0123-----';
    const expected = '----a----';
    const in4ms = (now: number) => (alarms: Alarms<Name>) => alarms.set('a', now + 4);
    rings(commands, { 0: in4ms(0), 1: in4ms(1), 2: in4ms(2), 3: in4ms(3) }, expected);
  });

  it('are put off by who says that it is instead of what was asked for', () => {
    const commands = 's-l------';
    const expected = '-------a-';
    rings(commands, { s: (alarms) => alarms.set('a', 4), l: (alarms) => alarms.set('a', 7, true) }, expected);
  });

  it('move one name and leave the others', () => {
    const commands = 's-e------';
    const expected = '----a--b-';
    const s = (alarms: Alarms<Name>) => {
      alarms.set('a', 7);
      alarms.set('b', 7);
    };
    rings(commands, { s, e: (alarms) => alarms.set('a', 4) }, expected);
  });

  it('may be set again by the one they wake', () => {
    const commands = 's--------e';
    const expected = '--a--a--a';
    const every3ms = (name: Name, alarms: Alarms<Name>) => alarms.set(name, (time += 3));
    let time = 2;
    const act = { s: (alarms: Alarms<Name>) => alarms.set('a', time), e: stop };
    rings(commands, act, `${expected}|`, every3ms);
  });

  it('ring again at this very moment when the one they wake asks for it, the others due first', () => {
    const commands = 's--------';
    const expected = '--(aba)--';
    let again = true;
    const s = (alarms: Alarms<Name>) => {
      alarms.set('a', 2);
      alarms.set('b', 2);
    };
    rings(commands, { s }, expected, (name, alarms) => {
      if (name === 'a' && again) alarms.set('a', 2);
      again = false;
    });
  });

  it('keep what one of several due at once moves: it rings now, and again at the new time', () => {
    const commands = 's--------';
    const expected = '--(ab)-b-';
    const s = (alarms: Alarms<Name>) => {
      alarms.set('a', 2);
      alarms.set('b', 2);
    };
    rings(commands, { s }, expected, (name, alarms) => {
      if (name === 'a') alarms.set('b', 7);
    });
  });

  it('have one clock action pending, however many names there are', () => {
    const clock = new VirtualTimeScheduler();
    const alarms = createAlarms<string>(clock);
    for (let i = 0; i < 1000; i++) alarms.set(`name ${i}`, 1000 - i);
    expect(pending(clock)).toBe(1);
  });

  it('complete when stopped, and leave nothing scheduled', () => {
    const commands = 's--e-----';
    const expected = '---|-----';
    rings(commands, { s: (alarms) => alarms.set('a', 5), e: stop }, expected);

    const clock = new VirtualTimeScheduler();
    const alarms = createAlarms<Name>(clock);
    alarms.set('a', 5);
    alarms.stop();
    expect(pending(clock)).toBe(0);
  });

  it('leave nothing scheduled when they are set after the stop', () => {
    const clock = new VirtualTimeScheduler();
    const alarms = createAlarms<Name>(clock);
    alarms.stop();
    alarms.set('a', 5);
    expect(pending(clock)).toBe(0);
  });

  it('leave nothing scheduled when the one they wake stops them', () => {
    const clock = new VirtualTimeScheduler();
    const alarms = createAlarms<Name>(clock);
    alarms.woken$.subscribe(() => alarms.stop());
    alarms.set('a', 5);
    alarms.set('b', 7);
    clock.flush();
    expect(clock.now()).toBe(5);
  });
});
