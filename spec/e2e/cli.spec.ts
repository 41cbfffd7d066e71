import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { addressOf, build, freePorts, happenings, patience, processes, root } from '../support/process.ts';

/** The command as whoever runs it meets it: exit codes, standard output, standard error, signals, pipes. */

jest.setTimeout(3 * patience);
beforeAll(build);

const { peer } = processes();
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Windows has no signals. */
const onPosix = process.platform === 'win32' ? it.skip : it;

describe('wrong use is one line on stderr that names the flag, the value and what is expected, and exit code 2', () => {
  const cases: [string[], ...string[]][] = [
    [['--prot', '8080'], 'unknown flag "--prot"', 'did you mean --port?'],
    [['--conect=127.0.0.1:1'], 'unknown flag "--conect"', 'did you mean --connect?'],
    [['-p', '8080'], 'unknown flag "-p"'],
    [['--no-port'], 'unknown flag "--no-port"'],
    [['--__proto__'], 'unknown flag "--__proto__"'],
    [['--port'], '--port', 'expected a port from 0 to 65535', 'got nothing'],
    [['--port', '--json'], '--port', 'expected a port from 0 to 65535', 'got nothing'],
    [['--port='], '--port', 'expected a port from 0 to 65535', 'got nothing'],
    [['--port', '65536'], '--port', 'expected a port from 0 to 65535', 'got "65536"'],
    [['--port', '-1'], '--port', 'expected a port from 0 to 65535', 'got "-1"'],
    [['--port', '0x50'], '--port', 'expected a port from 0 to 65535', 'got "0x50"'],
    [['--port', '1', '--port', '2'], '--port', 'expected once', '"1" and "2"'],
    [['--port', '1\u001b[31m'], '--port', 'got "1\\x1b[31m"'],
    [['--host', '300.1.1.1'], '--host', 'expected a host name or IP address', 'got "300.1.1.1"'],
    [['--advertise', '0.0.0.0'], '--advertise', 'expected', 'got "0.0.0.0"'],
    [['--advertise', 'a b'], '--advertise', 'expected HOST, HOST:PORT or none', 'got "a b"'],
    [['--period', 'soon'], '--period', 'expected a duration', 'got "soon"'],
    [['--period', '-5'], '--period', 'expected a duration', 'got "-5"'],
    [['--period', '2147483648ms'], '--period', 'at most 2147483647ms', 'got "2147483648ms"'],
    [['--connect', '127.0.0.1'], '--connect', 'expected HOST:PORT', 'got "127.0.0.1"'],
    [['--connect', '127.0.0.1:0'], '--connect', 'expected a port from 1 to 65535', 'got "127.0.0.1:0"'],
    [['--connect', 'a:1,,b:2'], '--connect', 'expected HOST:PORT', 'got "a:1,,b:2"'],
    [['--connect', '::1:8080'], '--connect', 'expected HOST:PORT', 'got "::1:8080"'],
    [['--cluster', 'c'.repeat(65)], '--cluster', 'at most 64 bytes', 'ccc'],
    [['--topic', 't'.repeat(256)], '--topic', 'at most 255 bytes', 'ttt'],
    [['--wait', '1'], '--wait', '--stdin'],
    [['--stdin', '--wait', 'long'], '--wait', 'expected a duration', 'got "long"'],
    [['--exit'], '--exit', '--stdin'],
    [['--stdin', '--message', 'hello'], '--message', '--stdin'],
    [['--stdin', '--no-send'], '--stdin', '--no-send'],
    [['--quiet', '--verbose'], '--quiet', '--verbose'],
    [['--json=no'], '--json', 'expected no value', 'got "no"'],
    [['8080'], '"8080"', 'expected only flags'],
    [['--', 'hello'], '"hello"', 'expected only flags'],
    [[''], '""', 'expected only flags'],
  ];
  const titled = cases.map(([args, ...parts]) => ({ title: JSON.stringify(args).slice(0, 40), args, parts }));

  it.each(titled)('peer $title', async ({ args, parts }) => {
    const wrong = peer(...args);
    expect(await wrong.ended()).toEqual({ code: 2, signal: null });
    expect(wrong.errors).toHaveLength(1);
    expect(wrong.errors[0]).toMatch(/^rx-gossip: /);
    for (const part of parts) expect(wrong.errors[0]).toContain(part);
    expect(wrong.lines).toEqual([]);
  });
});

describe('what the system refuses is one line on stderr and exit code 1', () => {
  it('a port in use', async () => {
    const address = await addressOf(peer('--no-send'));
    const port = address.split(':')[1] ?? '';
    const second = peer('--port', port, '--no-send');
    expect(await second.ended()).toEqual({ code: 1, signal: null });
    expect(second.errors).toEqual([`rx-gossip: port ${port} is in use on 127.0.0.1`]);
    expect(second.lines).toEqual([]);
  });

  it('a host that is not this machine', async () => {
    const stranger = peer('--host', '192.0.2.1');
    expect(await stranger.ended()).toEqual({ code: 1, signal: null });
    expect(stranger.errors).toHaveLength(1);
    expect(stranger.errors[0]).toMatch(/^rx-gossip: .*192\.0\.2\.1/);
    expect(stranger.lines).toEqual([]);
  });
});

it('--help tells every flag and the examples of the seed, on standard output', async () => {
  const help = peer('--help');
  expect(await help.ended()).toEqual({ code: 0, signal: null });
  const text = help.lines.join('\n');
  const flags =
    'port host advertise period connect cluster topic message stdin wait exit json quiet verbose version';
  for (const flag of flags.split(' ')) expect(text).toMatch(new RegExp(`^ +--${flag} `, 'm'));
  expect(text).toContain('peer --port 8080 --period 5');
  expect(text).toContain('peer --period=6 --port=8081 --connect="127.0.0.1:8080"');
  expect(help.errors).toEqual([]);
});

it('--version is the one of the package', async () => {
  const asked = peer('--version');
  expect(await asked.ended()).toEqual({ code: 0, signal: null });
  expect(asked.lines).toEqual([version]);
  expect(asked.errors).toEqual([]);
});

describe('signals', () => {
  onPosix.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a lone peer with exit code 0 within a second',
    async (signal) => {
      const lone = peer('--json');
      await addressOf(lone);
      lone.kill(signal);
      expect(await lone.ended(1000)).toEqual({ code: 0, signal: null });
      expect(happenings(lone).at(-1)).toMatchObject({ event: 'leaving', reason: signal });
      expect(lone.errors).toEqual([]);
    },
  );

  /** A link whose other end never closes keeps a leaving peer waiting for a moment. */
  const stuck = async () => {
    const leaver = peer('--json');
    const port = Number((await addressOf(leaver)).split(':')[1]);
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('data', resolve)); // its HELLO
    return { leaver, release: () => socket.destroy() };
  };
  const leaving = (line: string) => line.includes('"event":"leaving"');

  onPosix('a neighbor that does not answer does not keep it from leaving within a second', async () => {
    const { leaver, release } = await stuck();
    leaver.kill('SIGTERM');
    expect(await leaver.ended(1000)).toEqual({ code: 0, signal: null });
    release();
  });

  onPosix('a second signal ends it now, with the exit code that a shell shows for it', async () => {
    const { leaver, release } = await stuck();
    leaver.kill('SIGTERM');
    await leaver.until('leaving', () => leaver.lines.some(leaving));
    // Stopped in the middle of leaving, so that the second signal comes later than a second Ctrl-C of the same
    // key press could, and before the peer has gone by itself.
    leaver.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 250));
    leaver.kill('SIGINT');
    leaver.kill('SIGCONT');
    expect(await leaver.ended()).toEqual({ code: 130, signal: null });
    expect(leaver.errors).toEqual([]);
    release();
  });
});

describe('pipes', () => {
  it('a closed standard output ends it quietly, as in `peer | head -1`', async () => {
    const piped = peer('--period', '100ms');
    await addressOf(piped);
    piped.stopReading();
    expect(await piped.ended()).toEqual({ code: 0, signal: null });
    expect(piped.errors).toEqual([]);
  });

  it('--stdin --exit hands every line to the others and then leaves with exit code 0', async () => {
    const reader = peer('--no-send');
    const address = await addressOf(reader);
    const writer = peer('--stdin', '--exit', '--connect', address);
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
    writer.say(`${lines.join('\n')}\n\nthe last one has no end`);
    writer.hush();
    expect(await writer.ended()).toEqual({ code: 0, signal: null });
    const from = await addressOf(writer);
    await reader.line(/Disconnected/);
    const heard = reader.lines.flatMap(
      (line) => / - Received message \[(.*)\] from (.*)$/.exec(line)?.slice(1) ?? [],
    );
    expect(heard).toEqual([...lines, 'the last one has no end'].flatMap((line) => [line, `"${from}"`]));
    expect(writer.errors).toEqual([]);
  });

  onPosix(
    '--exit waits for a neighbor that is slow to read: nothing is lost, and exit code 0 is true',
    async () => {
      const reader = peer('--no-send');
      const address = await addressOf(reader);
      const clock = peer('--period', '0.2', '--topic', 'clock');
      await addressOf(clock);
      const writer = peer('--stdin', '--exit', '--connect', address);
      await Promise.all([reader.line(/Connected to peer/), writer.line(/Connected to peer/)]);
      reader.kill('SIGSTOP');
      // More than the system's buffers take from a writer whose reader stands still.
      const count = 600;
      for (let index = 0; index < count; index++) writer.say(`${index} ${'x'.repeat(10_000)}\n`);
      writer.hush();
      const ticks = () => clock.lines.filter((line) => line.includes('Sending')).length;
      const from = ticks();
      await clock.until('2 seconds', () => ticks() >= from + 10);
      reader.kill('SIGCONT');
      expect(await writer.ended(2 * patience)).toEqual({ code: 0, signal: null });
      await reader.line(/Disconnected/);
      const heard = reader.lines.flatMap((line) => / - Received message \[(\d+) x/.exec(line)?.[1] ?? []);
      expect(heard.length).toBe(count);
      expect(heard.every((index, at) => Number(index) === at)).toBe(true);
    },
  );

  it('--stdin without --exit stays at the end of input', async () => {
    const reader = peer('--stdin');
    const address = await addressOf(reader);
    const writer = peer('--stdin', '--connect', address);
    writer.say('all there is\n');
    writer.hush();
    await reader.line(/Received message \[all there is\]/);
    reader.say('are you there?\n');
    await writer.line(/Received message \[are you there\?\]/);
    expect(writer.exit).toBeUndefined();
  });

  it('reading starts once a neighbor is up, so nothing is said to nobody', async () => {
    const [port = 0] = await freePorts(1);
    const writer = peer('--stdin', '--exit', '--connect', `127.0.0.1:${port}`);
    writer.say('early\n');
    writer.hush();
    await writer.error(/127\.0\.0\.1/); // it has knocked in vain
    const reader = peer('--no-send', '--port', port);
    await reader.line(/Received message \[early\]/);
    expect(await writer.ended()).toEqual({ code: 0, signal: null });
  });

  it('--exit with --wait 0: exit code 1 and one line when there never was a neighbor', async () => {
    const writer = peer('--stdin', '--exit', '--wait', '0');
    writer.say('to nobody\n');
    writer.hush();
    expect(await writer.ended()).toEqual({ code: 1, signal: null });
    expect(writer.errors).toHaveLength(1);
    expect(writer.errors[0]).toMatch(/^rx-gossip: --exit: .*neighbor/);
    expect(writer.lines.at(-1)).toMatch(/ - Sending message \[to nobody\] to \[\]$/);
  });

  it('a line above the limit is named and not sent, the others are, and the exit code is 1', async () => {
    const reader = peer('--no-send');
    const writer = peer('--stdin', '--exit', '--connect', await addressOf(reader));
    writer.say(`before\n${'x'.repeat(1024 * 1024 + 1)}\nafter\n`);
    writer.hush();
    expect(await writer.ended()).toEqual({ code: 1, signal: null });
    expect(writer.errors).toEqual([expect.stringMatching(/^rx-gossip: line 2 is 1048577 bytes, .*1048576/)]);
    await reader.line(/Disconnected/);
    expect(reader.lines.flatMap((line) => /Received message \[(.*)\]/.exec(line)?.[1] ?? [])).toEqual([
      'before',
      'after',
    ]);
  });
});

describe('output', () => {
  it('text from the network cannot act on the terminal, and bytes that are no text are counted', async () => {
    const reader = peer('--no-send');
    const writer = peer('--stdin', '--exit', '--connect', await addressOf(reader));
    writer.say('\u001b[31mred\u0007 caf\u00e9\n');
    writer.say(Buffer.from([0xff, 0xfe, 0x0a]));
    writer.hush();
    await reader.line(/Disconnected/);
    const heard = reader.lines.flatMap((line) => /Received message \[(.*)\] from/.exec(line)?.[1] ?? []);
    expect(heard).toEqual([String.raw`\x1b[31mred\x07 café`, '<2 bytes>']);
  });

  it('--json prints an object a line, with what happened and when', async () => {
    const reader = peer('--no-send', '--json');
    const address = await addressOf(reader);
    const writer = peer('--stdin', '--exit', '--json', '--topic', 'news', '--connect', address);
    const from = await addressOf(writer);
    writer.say('text \u001b\n');
    writer.say(Buffer.from([0xff, 0xfe, 0x0a]));
    writer.hush();
    expect(await writer.ended()).toEqual({ code: 0, signal: null });
    await reader.until('disconnected', () =>
      happenings(reader).some(({ event }) => event === 'disconnected'),
    );

    const id = {
      origin: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      epoch: expect.any(Number) as number,
    };
    const at = {
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      elapsed: expect.any(Number) as number,
    };
    const one = { payload: 'text \u001b', topic: 'news', id: { ...id, sequence: 0 } };
    const two = { payloadBase64: '//4=', topic: 'news', id: { ...id, sequence: 1 } };
    const path = { from, via: from, hops: 1 };
    expect(happenings(reader)).toEqual([
      { ...at, event: 'address', address, listening: address },
      { ...at, event: 'connected', address: from, peer: id.origin },
      { ...at, event: 'received', ...one, ...path },
      { ...at, event: 'received', ...two, ...path },
      { ...at, event: 'disconnected', address: from, peer: id.origin, reason: 'left' },
    ]);
    expect(happenings(writer)).toEqual([
      { ...at, event: 'address', address: from, listening: from },
      { ...at, event: 'connected', address, peer: id.origin },
      { ...at, event: 'sending', ...one, to: [address], lazy: [] },
      { ...at, event: 'sending', ...two, to: [address], lazy: [] },
      { ...at, event: 'leaving', reason: 'end of input' },
    ]);
  });

  it('--message is what is sent each period; --topic leaves out what is said under another', async () => {
    const reader = peer('--no-send', '--topic', 'a');
    const address = await addressOf(reader);
    const other = peer('--period', '100ms', '--message', 'unheard', '--topic', 'b', '--connect', address);
    await other.line(/Sending message \[unheard\] to \["/);
    peer('--period', '100ms', '--message', 'heard', '--topic', 'a', '--connect', address);
    await reader.line(/Received message \[heard\]/);
    expect(reader.lines.filter((line) => line.includes('unheard'))).toEqual([]);
  });

  it('--verbose tells through whom and over how many hops', async () => {
    const reader = peer('--no-send', '--verbose');
    const writer = peer('--period', '100ms', '--connect', await addressOf(reader));
    const from = await addressOf(writer);
    await reader.line(new RegExp(`Received message \\[\\w{10}\\] from "${from}" via "${from}", 1 hop$`));
  });

  it('--quiet prints no diagnostics', async () => {
    const [port = 0] = await freePorts(1);
    const [quiet, loud] = [['--quiet'], []].map((flags) =>
      peer(...flags, '--period', '100ms', '--connect', `127.0.0.1:${port}`),
    );
    await loud!.error(/./);
    await quiet!.line(/Sending/);
    await addressOf(peer('--port', port, '--no-send'));
    await quiet!.line(/Connected/); // it had knocked in vain before
    expect(quiet!.errors).toEqual([]);
  });
});
