import { writeFileSync } from 'node:fs';
import { newSecret } from '../../lib/world/secrets.ts';
import { createAuthority } from '../support/certificates.ts';
import { certificateFiles, privateFile } from '../support/credentials.ts';
import { addressOf, build, happenings, patience, processes, type Running } from '../support/process.ts';

/** Files with secrets and certificates change under running peers, while every one of them speaks. */

jest.setTimeout(6 * patience);
beforeAll(build);

const { peer } = processes();

const of = (one: Running, event: string) => happenings(one).filter((happening) => happening.event === event);
const texts = (one: Running) => of(one, 'received').map(({ payload }) => String(payload));
/** Counted, not parsed: it is asked at every line. */
const count = (one: Running, event: string) =>
  one.lines.filter((line) => line.startsWith(`{"event":"${event}"`)).length;
const neighbors = (one: Running) => count(one, 'connected') - count(one, 'disconnected');

/** Three in a full mesh; `flagsOf` a peer's number. */
async function mesh(flagsOf: (at: number) => readonly string[]): Promise<readonly Running[]> {
  const first = peer('--stdin', '--json', ...flagsOf(0));
  const atFirst = await addressOf(first);
  const others = [1, 2].map((at) => peer('--stdin', '--json', '--connect', atFirst, ...flagsOf(at)));
  const all = [first, ...others];
  await Promise.all(all.map((one) => isMeshed(one)));
  return all;
}

const isMeshed = (one: Running) => one.until('two neighbors', () => neighbors(one) === 2);

/** Makes each of them speak every 20 ms until it is stopped; `all` are then to have heard all of it, once. */
function chatter(all: readonly Running[]) {
  let round = 0;
  const talking = setInterval(() => {
    all.forEach((one, at) => one.say(`${at}-${round}\n`));
    round += 1;
  }, 20);
  return {
    async stop(): Promise<void> {
      clearInterval(talking);
      const rounds = Array.from({ length: round }, (_, at) => at);
      const expected = (own: number) =>
        [0, 1, 2].filter((at) => at !== own).flatMap((at) => rounds.map((number) => `${at}-${number}`));
      await Promise.all(
        all.map((one, own) =>
          one.until('all that the others said', () => count(one, 'received') >= expected(own).length),
        ),
      );
      all.forEach((one, own) => {
        expect(texts(one).sort()).toEqual(expected(own).sort());
        expect(of(one, 'gap')).toEqual([]);
      });
    },
  };
}

it('a secret is rotated by add, reorder, remove: no downtime, no message is lost, links on it close', async () => {
  const [oldLine, newLine] = [newSecret(), newSecret()];
  const [old = '', young = ''] = [oldLine, newLine].map((line) => line.split(' ')[0]);
  const files = [0, 1, 2].map(() => privateFile(oldLine));
  const all = await mesh((at) => ['--secret-file', files[at] ?? '']);
  const talk = chatter(all);
  const each = (work: (one: Running, file: string) => Promise<unknown>) =>
    Promise.all(all.map((one, at) => work(one, files[at] ?? '')));
  const inForce = (one: Running, ids: string) =>
    one.error(new RegExp(`secrets from .*, the first for dialling: ${ids}$`));
  const write = (text: string, ids: string) => async (one: Running, file: string) => {
    writeFileSync(file, text);
    await inForce(one, ids);
  };

  await each(write(`${oldLine}\n${newLine}\n`, `${old}, ${young}`));
  await each(write(`${newLine}\n${oldLine}\n`, `${young}, ${old}`));
  expect(all.flatMap((one) => of(one, 'disconnected'))).toEqual([]);
  await each(write(`${newLine}\n`, `${young}; removed, and links on it closed: ${old}`));

  // Each lost both of its links, and has both again.
  const removed = `its secret (key id ${old}) was removed`;
  await each((one) => one.until('two links down', () => count(one, 'disconnected') >= 2));
  await each((one) => isMeshed(one));
  expect(
    all.flatMap((one) => of(one, 'disconnected')).filter(({ reason }) => reason === removed),
  ).not.toEqual([]);
  await talk.stop();

  // The old secret is worth nothing now, the new one lets in.
  const late = peer(
    '--no-send',
    '--connect',
    await addressOf(all[0]!),
    '--secret-file',
    privateFile(oldLine),
  );
  await late.error(new RegExp(`it has no secret with our key id ${old}`));
  const welcome = peer(
    '--no-send',
    '--connect',
    await addressOf(all[0]!),
    '--secret-file',
    privateFile(newLine),
  );
  await welcome.line(/Connected to peer/);
});

it('a broken secret file changes nothing but the log', async () => {
  const line = newSecret();
  const file = privateFile(line);
  const seed = peer('--no-send', '--secret-file', file);
  const atSeed = await addressOf(seed);
  writeFileSync(file, 'this is no secret\n');
  await seed.error(/error: .*: line 1: expected a key id, .*; the secrets from before stay in force$/);
  const joiner = peer('--no-send', '--connect', atSeed, '--secret-file', privateFile(line));
  await joiner.line(/Connected to peer/);
});

it('certificates are replaced under running peers, authority and all: no link goes down, no message is lost', async () => {
  const [before, after] = [createAuthority('before'), createAuthority('after')];
  const own = [0, 1, 2].map(() => certificateFiles(before.issue(['peers.test']), before.cert));
  const flagsOf = ({ cert, key, ca }: (typeof own)[number]) => [
    '--tls-cert',
    cert,
    '--tls-key',
    key,
    '--tls-ca',
    ca,
    '--tls-name',
    'peers.test',
  ];
  const all = await mesh((at) => flagsOf(own[at]!));
  const talk = chatter(all);
  const reloads = (one: Running) =>
    one.errors.filter((line) => line.includes('info: new certificates from')).length;
  const each = (change: (files: (typeof own)[number]) => void) =>
    Promise.all(
      all.map((one, at) => {
        const times = reloads(one);
        change(own[at]!);
        return one.until('new certificates', () => reloads(one) > times);
      }),
    );

  await each(({ ca }) => writeFileSync(ca, before.cert + after.cert));
  await each(({ cert, key }) => {
    const pair = after.issue(['peers.test']);
    writeFileSync(key, pair.key);
    writeFileSync(cert, pair.cert);
  });
  await each(({ ca }) => writeFileSync(ca, after.cert));
  await talk.stop();
  expect(all.flatMap((one) => of(one, 'disconnected'))).toEqual([]);

  const connect = ['--no-send', '--connect', await addressOf(all[0]!)];
  const late = peer(...connect, ...flagsOf(certificateFiles(before.issue(['peers.test']), before.cert)));
  await late.error(/its certificate is not accepted/);
  const welcome = peer(...connect, ...flagsOf(certificateFiles(after.issue(['peers.test']), after.cert)));
  await welcome.line(/Connected to peer/);
});
