import { addressOf, build, freePorts, patience, processes, type Running } from '../support/process.ts';

jest.setTimeout(5 * patience);
beforeAll(build);

const size = 20;
const { peer } = processes();

const sent = (one: Running) =>
  one.lines.flatMap((line) => / - Sending message \[(\w+)\]/.exec(line)?.[1] ?? []);
const heard = (one: Running) =>
  one.lines.flatMap((line) => {
    const [, message, from] = / - Received message \[(\w+)\] from "(.*)"$/.exec(line) ?? [];
    return message === undefined || from === undefined ? [] : [{ message, from }];
  });

it(`${size} processes started at once, all but one with the same seed, all hear each other, each message once`, async () => {
  const [port = 0] = await freePorts(1);
  // The seed is one of them: some of the others knock before it listens.
  const crowd = Array.from({ length: size }, (_, index) =>
    peer('--period', 0.5, ...(index === 0 ? ['--port', port] : ['--connect', `127.0.0.1:${port}`])),
  );
  const addresses = await Promise.all(crowd.map(addressOf));
  await Promise.all(
    crowd.map((one, index) => {
      const others = addresses.filter((_, at) => at !== index);
      return one.until(
        'a message of every other peer',
        () => {
          const voices = new Set(heard(one).map(({ from }) => from));
          return others.every((address) => voices.has(address));
        },
        2 * patience,
      );
    }),
  );

  // They know each other now: from here on, what one says is heard by all.
  const next = crowd.map((one) => sent(one).length);
  const said = await Promise.all(
    crowd.map((one, index) => one.until('its next message', () => sent(one)[next[index]!])),
  );
  await Promise.all(
    crowd.map((one, index) =>
      one.until('the next message of every other peer', () => {
        const messages = new Set(heard(one).map(({ message }) => message));
        return said.every((message, from) => from === index || messages.has(message));
      }),
    ),
  );

  for (const [index, one] of crowd.entries()) {
    const messages = heard(one).map(({ message }) => message);
    expect(messages).toEqual([...new Set(messages)]);
    expect(messages.filter((message) => sent(one).includes(message))).toEqual([]);
    const texts = said.map(
      (message, from) => messages.filter((text) => text === message).length + Number(from === index),
    );
    expect(texts).toEqual(said.map(() => 1));
    // Who said it is known everywhere, over however many hops it came.
    expect(heard(one).filter(({ from }) => !addresses.includes(from))).toEqual([]);
    expect(one.errors).toEqual(one.errors.filter((line) => line.includes(`no link to 127.0.0.1:${port}`)));
  }
});
