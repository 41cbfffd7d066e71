import { createBatch } from '../../lib/api/batch.ts';
import { bytes } from '../support/marbles.ts';

/** A batch whose turns end when the test says so, and what it has sent on: a text alone, several together. */
function create(most = 1000) {
  const sent: (string | string[])[] = [];
  const soon: (() => void)[] = [];
  const textOf = (payload: Uint8Array) => Buffer.from(payload).toString();
  const batch = createBatch(
    {
      one: (payload, topic) => sent.push(topic + textOf(payload)),
      several: (payloads, topic) => sent.push(payloads.map((payload) => topic + textOf(payload))),
    },
    (work) => soon.push(work),
    { most, overhead: 10 },
  );
  const add = (...texts: readonly string[]) => {
    for (const text of texts) batch.add(bytes(text), '');
  };
  const nextTurn = () => {
    for (const work of soon.splice(0)) work();
  };
  return { sent, soon, batch, add, nextTurn };
}

describe('what is said in one turn', () => {
  it('goes on at once when it is the first, and the rest together when the turn is over', () => {
    const { sent, add, nextTurn } = create();
    add('a', 'b', 'c');
    expect(sent).toEqual(['a']);
    nextTurn();
    expect(sent).toEqual(['a', ['b', 'c']]);
    add('d');
    expect(sent).toEqual(['a', ['b', 'c'], 'd']);
  });

  it('leaves nothing behind: a turn with one message is no longer waited for', () => {
    const { sent, soon, add, nextTurn } = create();
    add('a');
    nextTurn();
    nextTurn();
    expect([sent, soon]).toEqual([['a'], []]);
  });

  it('goes on before the turn is over when it is enough, or somebody waits for it', () => {
    const { sent, batch, add } = create(33);
    add('a', 'b', 'c', 'd', 'e');
    expect(sent).toEqual(['a', ['b', 'c', 'd']]);
    batch.flush();
    batch.flush();
    expect(sent).toEqual(['a', ['b', 'c', 'd'], 'e']);
  });

  it('keeps its order when the topic changes, or something large comes between', () => {
    const { sent, batch, add, nextTurn } = create();
    const large = 'x'.repeat(5000);
    add('a', 'b', 'c');
    batch.add(bytes('d'), 'news ');
    add('e', large, 'f', 'g');
    nextTurn();
    expect(sent).toEqual(['a', ['b', 'c'], 'news d', 'e', large, ['f', 'g']]);
  });
});
