/**
 * Hands answers on in the order of the questions, however they overtake each other: a thread pool finishes a small
 * one first, and a message before its predecessor would look like a hole. `ask` returns where the answer goes.
 */
export function inOrder<Answer>(next: (answer: Answer) => void): () => (answer: Answer) => void {
  const waiting: { answer: Answer | undefined; done: boolean }[] = [];
  let first = 0;
  return () => {
    const one: (typeof waiting)[number] = { answer: undefined, done: false };
    waiting.push(one);
    return (answer) => {
      one.answer = answer;
      one.done = true;
      // By index, and cut off when it is over: shift() on a long array is linear.
      while (waiting[first]?.done === true) next(waiting[first++]!.answer as Answer);
      if (first === waiting.length) waiting.length = first = 0;
    };
  };
}
