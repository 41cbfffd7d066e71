import { Writable } from 'node:stream';
import { outputTo } from '../../../bin/cli/output.ts';
import { settle } from '../fake-peer.ts';

/** A pipe whose reader reads only when told to. */
function pipe() {
  const written: string[] = [];
  let accept: (() => void) | undefined;
  const gate = { open: true };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk.toString());
      if (gate.open) done();
      else accept = done;
    },
  });
  const open = () => {
    gate.open = true;
    accept?.();
  };
  return { stream, written, open, block: () => (gate.open = false) };
}

describe('output', () => {
  it('writes lines', () => {
    const { stream, written } = pipe();
    outputTo(stream).line('a');
    expect(written).toEqual(['a\n']);
  });

  it('drops and counts lines while nobody reads, instead of filling the memory', async () => {
    const { stream, written, block, open } = pipe();
    const told: number[] = [];
    const output = outputTo(stream, (count) => told.push(count));
    block();
    const line = 'x'.repeat(1024 * 1024);
    for (let i = 0; i < 12; i++) output.line(line);
    expect(stream.writableLength).toBeLessThan(10 * 1024 * 1024);
    expect(told).toEqual([0]);
    open();
    await settle();
    expect(told[1]).toBe(12 - written.length);
    output.line('back');
    expect(written.at(-1)).toBe('back\n');
  });

  it('flushes what is on its way', async () => {
    const { stream, written, block, open } = pipe();
    const output = outputTo(stream);
    block();
    output.line('a');
    output.line('b');
    let flushed = false;
    const flushing = output.flush(10_000).then(() => (flushed = true));
    await settle();
    expect(flushed).toBe(false);
    open();
    await flushing;
    expect(written).toEqual(['a\n', 'b\n', '']);
  });

  it('does not wait longer than it may, nor for a pipe that is gone', async () => {
    const { stream, block } = pipe();
    const output = outputTo(stream);
    block();
    output.line('a');
    output.line('b');
    await output.flush(1);
    stream.destroy();
    output.line('c');
    await output.flush(2 ** 31 - 1);
  });
});
