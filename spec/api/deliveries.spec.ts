import { take } from 'rxjs';
import { createDeliveries } from '../../lib/api/deliveries.ts';
import type { ReceivedMessage } from '../../lib/api/types.ts';
import { pieceOf, type Piece } from '../../lib/protocol/pieces.ts';
import { B, bytes, D, gossip } from '../support/marbles.ts';
import { record } from '../support/peers.ts';

const burst = (pieces: readonly Piece[], topic = '') =>
  ({ type: 'deliverBurst', first: gossip(D, 0, { topic }), pieces, via: B.address }) as const;

const said = (...texts: readonly string[]) => burst(texts.map((text) => pieceOf(bytes(text))));

const one = (text: string) =>
  ({ type: 'deliver', message: gossip(D, 0, { payload: bytes(text) }), via: B.address }) as const;

const textsOf = ({ values }: { values: readonly ReceivedMessage[] }) => values.map((one) => one.text());

describe('messages that came', () => {
  it('are handed to all who listen, each the same, whether they came together or not', () => {
    const { messages, deliver } = createDeliveries();
    const [some, others] = [record(messages()), record(messages())];
    deliver(one('zero'));
    deliver(said('one', 'two'));
    expect(textsOf(some)).toEqual(['zero', 'one', 'two']);
    expect(some.values.map(({ id }) => id.sequence)).toEqual([0, 0, 1]);
    expect(some.values.every((message, i) => message === others.values[i])).toBe(true);
  });

  it('are handed to who comes meanwhile, from the next on', () => {
    const { messages, deliver } = createDeliveries();
    let late: { values: readonly ReceivedMessage[] } | undefined;
    messages().subscribe(() => (late ??= record(messages())));
    deliver(said('one', 'two', 'three'));
    expect(textsOf(late!)).toEqual(['two', 'three']);
  });

  it('are not handed to who has gone meanwhile', () => {
    const { messages, deliver } = createDeliveries();
    const [first, all] = [record(messages().pipe(take(1))), record(messages())];
    deliver(said('one', 'two'));
    expect([textsOf(first), textsOf(all)]).toEqual([['one'], ['one', 'two']]);
  });

  it('are not even made when nobody wants those of their topic', () => {
    const { messages, deliver } = createDeliveries();
    const unread = {
      edges: [0, 1, 1, 2],
      get bytes(): never {
        throw new Error('was looked into');
      },
    };
    const news = burst([unread], 'news');
    deliver(news);
    messages('sport').subscribe();
    deliver(news);
    messages('news').subscribe();
    expect(() => deliver(news)).toThrow('was looked into');
  });

  it.each([undefined, new Error('a bug')])('end for all who listen, and who comes later: %s', (error) => {
    const { messages, deliver, end$ } = createDeliveries();
    const ends: unknown[] = [];
    const listen = () =>
      messages().subscribe({ error: (why: unknown) => ends.push(why), complete: () => ends.push(undefined) });
    listen();
    if (error === undefined) end$.complete();
    else end$.error(error);
    listen();
    deliver(one('too late'));
    expect(ends).toEqual([error, error]);
  });
});
