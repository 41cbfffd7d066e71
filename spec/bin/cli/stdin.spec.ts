import { Readable } from 'node:stream';
import { gossipLines, type Reading } from '../../../bin/cli/stdin.ts';
import { ClosedError, TooLargeError } from '../../../lib/errors.ts';
import { fakePeer, settle } from '../fake-peer.ts';

function begin(text: string, more: Partial<Reading> = {}) {
  const fake = fakePeer();
  const complaints: string[] = [];
  const outcome = gossipLines({
    peer: fake.peer,
    input: Readable.from([Buffer.from(text)]),
    topic: undefined,
    wait: undefined,
    limit: 10,
    complain: (complaint) => complaints.push(complaint),
    ...more,
  });
  const lines = () => fake.published.map(({ text }) => text);
  return { ...fake, outcome, complaints, lines };
}

describe('--stdin', () => {
  it('reads once a neighbor is up, and sends each line', async () => {
    const { meet, lines, outcome } = begin('one\ntwo\r\nthree');
    await settle();
    expect(lines()).toEqual([]);
    meet('a:1');
    expect(await outcome).toEqual({ met: true, refused: 0 });
    expect(lines()).toEqual(['one', 'two', 'three']);
  });

  it('reads at once when a neighbor is there already', async () => {
    const fake = fakePeer();
    fake.meet('a:1');
    const { outcome } = begin('x\n', { peer: fake.peer });
    expect(await outcome).toEqual({ met: true, refused: 0 });
    expect(fake.published).toEqual([{ text: 'x', topic: undefined }]);
  });

  it('does not wait with --wait 0, and tells that there never was a neighbor', async () => {
    const { lines, outcome } = begin('x\n', { wait: 0 });
    expect(await outcome).toEqual({ met: false, refused: 0 });
    expect(lines()).toEqual(['x']);
  });

  it('with --wait reads when a neighbor comes before the time is over', async () => {
    const { meet, outcome } = begin('x\n', { wait: 2 ** 31 - 1 });
    meet('a:1');
    expect(await outcome).toEqual({ met: true, refused: 0 });
  });

  it('counts a neighbor that comes while it reads', async () => {
    const { meet, outcome, doers } = begin('a\nb\n', { wait: 0 });
    doers.publish = () => {
      meet('a:1');
      return Promise.resolve();
    };
    expect(await outcome).toEqual({ met: true, refused: 0 });
  });

  it('labels lines with the topic', async () => {
    const { published, outcome } = begin('x\n', { wait: 0, topic: 'news' });
    await outcome;
    expect(published).toEqual([{ text: 'x', topic: 'news' }]);
  });

  it('skips empty lines, and sends bytes that are not UTF-8 as they are', async () => {
    const input = Readable.from([Buffer.from([0x0a, 0xff, 0x0a, 0x0d, 0x0a, 0x20, 0x0a])]);
    const { lines, outcome } = begin('', { wait: 0, input });
    await outcome;
    expect(lines()).toEqual(['\xff', ' ']);
  });

  it('reads the next line only when the one before has been handed over', async () => {
    const { doers, lines, outcome } = begin('a\nb\n', { wait: 0 });
    let handOver: () => void = () => undefined;
    doers.publish = () => new Promise((resolve) => (handOver = resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await settle();
    expect(lines()).toEqual(['a']);
    handOver();
    await settle();
    expect(lines()).toEqual(['a', 'b']);
    handOver();
    expect(await outcome).toEqual({ met: false, refused: 0 });
  });

  it('names a line that is too large, and goes on', async () => {
    const { lines, complaints, outcome } = begin('\nfar too long a line\nok\n', { wait: 0 });
    expect(await outcome).toEqual({ met: false, refused: 1 });
    expect(lines()).toEqual(['ok']);
    expect(complaints).toEqual(['line 2 is 19 bytes, the limit is 10: not sent']);
  });

  it('also when it is the peer that finds it too large', async () => {
    const { doers, complaints, outcome } = begin('a\nb\n', { wait: 0 });
    doers.publish = (text) =>
      text === 'a' ? Promise.reject(new TooLargeError('payload', 9, 8)) : Promise.resolve();
    expect(await outcome).toEqual({ met: false, refused: 1 });
    expect(complaints).toEqual(['line 1 is 9 bytes, the limit is 10: not sent']);
  });

  it('stops without a word when the peer closes', async () => {
    const { doers, lines, outcome } = begin('a\nb\n', { wait: 0 });
    doers.publish = () => Promise.reject(new ClosedError());
    expect(await outcome).toEqual({ met: false, refused: 0 });
    expect(lines()).toEqual(['a']);
  });

  it('stops waiting when the peer closes', async () => {
    const { state$, doers, outcome } = begin('a\n');
    doers.publish = () => Promise.reject(new ClosedError());
    state$.complete();
    expect(await outcome).toEqual({ met: false, refused: 0 });
  });

  it('passes on what breaks the input, and what breaks the peer', async () => {
    const broken = new Error('read EIO');
    const input = new Readable({ read: () => input.destroy(broken) });
    await expect(begin('', { wait: 0, input }).outcome).rejects.toBe(broken);
    const { state$, outcome } = begin('');
    state$.error(broken);
    await expect(outcome).rejects.toBe(broken);
  });
});
