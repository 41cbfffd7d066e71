import fc from 'fast-check';
import { inOrder } from '../../lib/loop/in-order.ts';

describe('answers in order', () => {
  it('come in the order of the questions, each once, however they overtake each other', () => {
    const order = fc.integer({ min: 1, max: 30 }).chain((count) =>
      fc.shuffledSubarray(
        Array.from({ length: count }, (_, nr) => nr),
        { minLength: count },
      ),
    );
    fc.assert(
      fc.property(order, (finishing) => {
        const heard: number[] = [];
        const ask = inOrder<number>((answer) => heard.push(answer));
        const answers = finishing.map(() => ask());
        for (const nr of finishing) answers[nr]!(nr);
        expect(heard).toEqual([...finishing].sort((a, b) => a - b));
      }),
    );
  });

  it('that come at once are handed on at once, also when one leads to the next question', () => {
    const heard: string[] = [];
    const ask = inOrder<string>((answer) => {
      heard.push(answer);
      if (answer.length < 3) ask()(`${answer}.`);
    });
    ask()('');
    ask()('x');
    expect(heard).toEqual(['', '.', '..', '...', 'x', 'x.', 'x..']);
  });
});
