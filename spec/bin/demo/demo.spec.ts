import { demo } from '../../../bin/demo/demo.ts';
import { settle } from '../fake-peer.ts';

function begin() {
  const printed: string[] = [];
  const children: { args: readonly string[]; say: (line: string) => void; die: (how: string) => void }[] = [];
  let stop: () => void = () => undefined;
  let tellAddress: (address: string | undefined) => void = () => undefined;
  const kills: number[] = [];
  const ended = demo({
    colour: false,
    out: (line) => printed.push(line),
    err: (line) => printed.push(`! ${line}`),
    stop: new Promise((resolve) => (stop = resolve)),
    start: (args, say) => {
      let die: (how: string) => void = () => undefined;
      const ended = new Promise<string>((resolve) => (die = resolve));
      const number = children.push({ args, say, die: (how) => die(how) });
      const address = new Promise<string | undefined>((resolve) => (tellAddress = resolve));
      const end = () => {
        kills.push(number);
        die('exit code 0');
        return Promise.resolve();
      };
      return { address, ended, end };
    },
  });
  return {
    printed,
    children,
    kills,
    ended,
    stop: () => stop(),
    tellAddress: (text?: string) => tellAddress(text),
  };
}

describe('the demo', () => {
  it('starts the second and third peer once the address of the first is known', async () => {
    const { children, tellAddress, stop, ended } = begin();
    await settle();
    expect(children.map(({ args }) => args)).toEqual([['--period', '5']]);
    tellAddress('127.0.0.1:4444');
    await settle();
    expect(children.slice(1).map(({ args }) => args)).toEqual([
      ['--period=6', '--connect=127.0.0.1:4444'],
      ['--period=7', '--connect=127.0.0.1:4444'],
    ]);
    stop();
    expect(await ended).toBe(0);
  });

  it('marks each line, ends all three when it is stopped, and does not report that', async () => {
    const { children, tellAddress, stop, ended, kills, printed } = begin();
    tellAddress('a:1');
    await settle();
    children[2]?.say('00:00:00 - x');
    stop();
    expect(await ended).toBe(0);
    expect(kills).toEqual([1, 2, 3]);
    expect(printed).toEqual(['peer3 | 00:00:00 - x']);
  });

  it('reports a peer that dies, and goes on with the others', async () => {
    const { children, tellAddress, stop, ended, printed } = begin();
    tellAddress('a:1');
    await settle();
    children[1]?.die('SIGKILL');
    await settle();
    expect(printed).toEqual(['! peer2 | ended: SIGKILL']);
    stop();
    expect(await ended).toBe(0);
  });

  it('ends with exit code 1 when the first peer does not come up', async () => {
    const { children, tellAddress, ended, printed } = begin();
    children[0]?.die('exit code 1');
    tellAddress(undefined);
    expect(await ended).toBe(1);
    expect(printed).toEqual(['! peer1 | ended: exit code 1']);
    expect(children).toHaveLength(1);
  });
});
