import { EventEmitter } from 'node:events';
import { watchSignals } from '../../../bin/cli/signals.ts';

describe('signals', () => {
  function watch() {
    const source = new EventEmitter();
    const told: (string | number)[] = [];
    const clock = { now: 1000 };
    watchSignals(
      source,
      () => clock.now,
      (name) => told.push(name),
      (code) => told.push(code),
    );
    const signal = (name: string, after = 0) => {
      clock.now += after;
      source.emit(name);
      return told;
    };
    return signal;
  }

  it.each(['SIGINT', 'SIGTERM'])('the first %s asks to leave', (name) => {
    expect(watch()(name)).toEqual([name]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('a second signal, %s, ends it now', (name, code) => {
    const signal = watch();
    signal('SIGINT');
    expect(signal(name, 200)).toEqual(['SIGINT', code]);
  });

  it('one Ctrl-C that also comes through npm is one signal', () => {
    const signal = watch();
    signal('SIGINT');
    expect(signal('SIGINT', 20)).toEqual(['SIGINT']);
  });
});
