import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { filter, map } from 'rxjs';
import { defaults } from '../../lib/options.ts';
import { createTcp } from '../../lib/transport/tcp.ts';
import { tlsSockets, type Credentials } from '../../lib/transport/tls.ts';
import type { Link, Transport } from '../../lib/transport/transport.ts';
import { newSecret, parseSecrets } from '../../lib/world/secrets.ts';
import { createAuthority } from '../support/certificates.ts';
import { certificateFiles, credentialsFrom, privateFile, secretsFrom } from '../support/credentials.ts';
import { guarded, type Guarded } from '../support/guarded.ts';
import { failureOf, next, read, within } from './helpers.ts';

/** What a changed file does to links that are there and to those that come. */

const open: Transport[] = [];
afterEach(() => within('close', Promise.all(open.splice(0).map((one) => one.close(0)))));

function secured(credentials: Credentials): Transport {
  const transport = createTcp({ sockets: tlsSockets(credentials, defaults) });
  open.push(transport);
  return transport;
}

/** The first sentence about credentials that matches. */
const notice = ({ incident$ }: Guarded, pattern: RegExp) =>
  next(
    String(pattern),
    incident$.pipe(
      map((incident) => (incident.type === 'credentials' ? `${incident.level}: ${incident.text}` : '')),
      filter((text) => pattern.test(text)),
    ),
  );

const [oldLine, newLine] = [newSecret(), newSecret()];
const [old, young] = parseSecrets(`${oldLine}\n${newLine}`, 'spec').map(({ id }) => id) as [string, string];

/** Is it still there? What is written at one end comes out at the other. */
async function answers(near: Link, far: Link): Promise<void> {
  const heard = read(far).atLeast(5);
  near.write(Buffer.from('hello'));
  expect((await heard).toString()).toBe('hello');
}

describe('a file of secrets that changes', () => {
  it('is followed: added ones are accepted, the first is used for dialling, links stay', async () => {
    const file = privateFile(oldLine);
    const transport = secured(secretsFrom({ file }));
    const there = await guarded(transport);
    const near = await next('a link', secured(secretsFrom(oldLine)).dial(there.address));
    await failureOf(secured(secretsFrom(newLine)).dial(there.address));

    writeFileSync(file, `# both\n${oldLine}\n\n${newLine}\n`);
    await notice(there, new RegExp(`^info: secrets from .*: ${old}, ${young}$`));
    await next('a link on the added secret', secured(secretsFrom(newLine)).dial(there.address));

    const [onlyOld, onlyNew] = [
      await guarded(secured(secretsFrom(oldLine))),
      await guarded(secured(secretsFrom(newLine))),
    ];
    await next('a dial with the first secret', transport.dial(onlyOld.address));
    await failureOf(transport.dial(onlyNew.address));
    writeFileSync(file, `${newLine}\n${oldLine}\n`);
    await notice(there, new RegExp(`${young}, ${old}$`));
    await next('a dial with the new first secret', transport.dial(onlyNew.address));
    await failureOf(transport.dial(onlyOld.address));
    await answers(near, await next('the first link', there.link$));
  });

  it('closes the links on a removed secret, dialled and accepted, and says so; others stay', async () => {
    const file = privateFile(`${oldLine}\n${newLine}`);
    const transport = secured(secretsFrom({ file }));
    const there = await guarded(transport);
    const elsewhere = await guarded(secured(secretsFrom(oldLine)));
    const dialled = await next('a dialled link', transport.dial(elsewhere.address));
    await next('a link on the old one', secured(secretsFrom(oldLine)).dial(there.address));
    const accepted = await next('an accepted link', there.link$);
    const near = await next('a link on the new one', secured(secretsFrom(newLine)).dial(there.address));
    const endings = [read(dialled).over(), read(accepted).over()];

    writeFileSync(file, newLine);
    const reason = `its secret (key id ${old}) was removed`;
    for (const ending of await Promise.all(endings)) expect(ending).toMatchObject({ message: reason });
    await answers(near, await next('the third link', there.link$.pipe(filter((link) => link !== accepted))));
  });

  it('counts a secret that has another key under its old id as removed', async () => {
    const file = privateFile(oldLine);
    const there = await guarded(secured(secretsFrom({ file })));
    await next('a link', secured(secretsFrom(oldLine)).dial(there.address));
    const ending = read(await next('an accepted link', there.link$)).over();
    writeFileSync(file, `${old} ${newLine.split(' ')[1] ?? ''}`);
    expect(await ending).toMatchObject({ message: `its secret (key id ${old}) was removed` });
  });

  it('may be replaced by a rename, and may be gone for a moment', async () => {
    const file = privateFile(oldLine);
    const there = await guarded(secured(secretsFrom({ file })));
    rmSync(file);
    await notice(there, /^error: .*: no such file; the secrets from before stay in force$/);
    await next('a link', secured(secretsFrom(oldLine)).dial(there.address));
    renameSync(privateFile(newLine), file);
    await notice(there, new RegExp(`dialling: ${young}`));
    await next('a link', secured(secretsFrom(newLine)).dial(there.address));
  });

  it.each([
    ['empty', '', 'it has no secret: "rx-gossip secret" makes one'],
    [
      'too short',
      `k ${'ab'.repeat(31)}`,
      'line 1: the key is too short: at least 32 random bytes (64 hex digits)',
    ],
  ])('changes nothing when it is %s, and an error says so', async (_title, text, why) => {
    const file = privateFile(oldLine);
    const there = await guarded(secured(secretsFrom({ file })));
    const dialler = secured(secretsFrom(oldLine));
    const near = await next('a link', dialler.dial(there.address));
    writeFileSync(file, text);
    expect(await notice(there, /^error/)).toBe(
      `error: ${file}: ${why}; the secrets from before stay in force`,
    );
    await next('another link', dialler.dial(there.address));
    await answers(near, await next('the first link', there.link$));
  });

  it('that everybody may read is warned of', async () => {
    const file = privateFile(oldLine);
    renameSync(file, `${file}.open`);
    writeFileSync(file, oldLine, { mode: 0o644 });
    const there = await guarded(secured(secretsFrom({ file })));
    expect(await notice(there, /^warn/)).toBe(
      `warn: ${file} can be read by everybody on this machine: chmod 600 ${file}`,
    );
  });

  it('does not let a removed secret back in by the session that TLS has given it', async () => {
    const file = privateFile(oldLine);
    const there = await guarded(secured(secretsFrom({ file })));
    const psk = parseSecrets(oldLine, 'spec')[0]!.key;
    const options: ConnectionOptions = {
      ...{ port: there.port, host: '127.0.0.1', ca: [], minVersion: 'TLSv1.3' },
    };
    const first = connectTls({ ...options, pskCallback: () => ({ identity: old, psk }) });
    first.on('error', () => undefined);
    const session = await within(
      'a session',
      new Promise<Buffer>((resolve) => first.once('session', resolve)),
    );
    writeFileSync(file, newLine);
    await notice(there, new RegExp(`dialling: ${young}`));
    first.destroy();
    const again: TLSSocket = connectTls({ ...options, session });
    const outcome = new Promise<string>((resolve) => {
      again.once('secureConnect', () => resolve('in'));
      again.on('error', () => undefined).once('close', () => resolve('refused'));
    });
    expect(await within('an outcome', outcome)).toBe('refused');
  });
});

describe('files with certificates that change', () => {
  const [before, after] = [createAuthority('before'), createAuthority('after')];
  const both = before.cert + after.cert;
  const dialWith = (files: ReturnType<typeof certificateFiles>, to: Guarded) =>
    secured(credentialsFrom(files, 'peers.test')).dial(to.address);

  it('are followed: another authority, then another pair, and links stay', async () => {
    const files = certificateFiles(before.issue(['peers.test']), before.cert);
    const there = await guarded(secured(credentialsFrom(files, 'peers.test')));
    const near = await next(
      'a link',
      dialWith(certificateFiles(before.issue(['peers.test']), before.cert), there),
    );
    const newcomer = certificateFiles(after.issue(['peers.test']), after.cert);
    await failureOf(dialWith(newcomer, there));

    writeFileSync(files.ca, both);
    await notice(there, /^info: new certificates from /);
    const pair = after.issue(['peers.test']);
    writeFileSync(files.key, pair.key);
    await notice(there, /^error: .*: it is not the key of the certificate in .*from before stay in force$/);
    await next(
      'a link while half of the pair is there',
      dialWith(certificateFiles(before.issue(['peers.test']), both), there),
    );
    writeFileSync(files.cert, pair.cert);
    await next(
      'the second info',
      there.incident$.pipe(
        filter((incident) => incident.type === 'credentials' && incident.level === 'info'),
        filter((_, index) => index === 1),
      ),
    );
    await next('a link of the newcomer', dialWith(newcomer, there));
    await answers(near, await next('the first link', there.link$));
  });
});
