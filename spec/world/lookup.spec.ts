import { EMPTY, of, throwError, type Observable } from 'rxjs';
import { resolved } from '../../lib/world/lookup.ts';
import { record } from '../support/peers.ts';

const seed = 'seed.example:8080';
const looked = (answer$: Observable<readonly string[]>) => record(resolved(() => answer$, seed));
const event = (addresses: string[], reason: string) => ({ type: 'resolved', seed, addresses, reason });

describe('a lookup', () => {
  it.each([
    [
      'what the name stands for',
      of(['10.0.0.2:8080', '10.0.0.3:8080']),
      ['10.0.0.2:8080', '10.0.0.3:8080'],
      '',
    ],
    ['that it stands for nothing', of([]), [], 'no addresses'],
    ['why it failed', throwError(() => new Error('no such host')), [], 'no such host'],
    ['whatever was thrown', throwError(() => 'out of luck'), [], 'out of luck'],
  ])('tells %s, as an event, and never fails', (_, answer$, addresses, reason) => {
    expect(looked(answer$)).toEqual({ values: [event(addresses, reason)], ended: 'complete' });
  });

  it('that says nothing is no event', () => {
    expect(looked(EMPTY)).toEqual({ values: [], ended: 'complete' });
  });

  it('that throws when it is called fails like any other', () => {
    const lookup = () => {
      throw new Error('not a name');
    };
    expect(record(resolved(lookup, seed))).toEqual({ values: [event([], 'not a name')], ended: 'complete' });
  });
});
