import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { map, take, toArray, type Observable } from 'rxjs';
import { defaults } from '../../lib/options.ts';
import { createTcp } from '../../lib/transport/tcp.ts';
import { tlsSockets, type Credentials, type HandshakeLimits } from '../../lib/transport/tls.ts';
import type { Link, Transport, TransportError } from '../../lib/transport/transport.ts';
import { newSecret, parseSecrets } from '../../lib/world/secrets.ts';
import { createCodec } from '../../lib/wire/codec.ts';
import { createAuthority, expired } from '../support/certificates.ts';
import { certificateFiles, credentialsFrom, secretsFrom } from '../support/credentials.ts';
import { guarded, type Guarded } from '../support/guarded.ts';
import { failureOf, next, read, within } from './helpers.ts';

/** Who gets no link, what it is told, and what our operator is told of it. */

const open: Transport[] = [];
const strangers: Socket[] = [];
afterEach(async () => {
  for (const socket of strangers.splice(0)) socket.destroy();
  await within('close', Promise.all(open.splice(0).map((one) => one.close(0))));
});

function secured(credentials: Credentials, limits: Partial<HandshakeLimits> = {}): Transport {
  const transport = createTcp({
    sockets: tlsSockets(credentials, { ...defaults, ...limits }),
    dialTimeout: 5000,
  });
  open.push(transport);
  return transport;
}

function plain(): Transport {
  const transport = createTcp();
  open.push(transport);
  return transport;
}

const refusal = async ({ incident$ }: Guarded): Promise<string> => {
  const incident = await next('a refusal', incident$);
  if (incident.type !== 'handshakeFailed') throw new Error(`not a refusal: ${incident.text}`);
  expect(incident.remote).toMatch(/^127\.0\.0\.1:\d+$/);
  return incident.reason;
};
const said = async (dial$: Observable<Link>) => ((await failureOf(dial$)) as TransportError).message;

/** Everything that a stranger is sent, until the end. */
function overhear(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  strangers.push(socket);
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  return within(
    'the end',
    new Promise((resolve) => socket.once('close', () => resolve(Buffer.concat(chunks)))),
  );
}

const line = newSecret();
const [secret] = parseSecrets(line, 'spec');
const id = secret!.id;
const sameId = `${id} ${newSecret().split(' ')[1] ?? ''}`;
const otherId = newSecret();
const theirId = parseSecrets(otherId, 'spec')[0]!.id;

const authority = createAuthority('authority');
const rogue = createAuthority('rogue');
const member = () => certificateFiles(authority.issue(['peers.test']), authority.cert);

describe('links with a secret', () => {
  it('another secret under the same key id is refused, and both are told so', async () => {
    const there = await guarded(secured(secretsFrom(line)));
    const reason = `it has another secret under the key id ${id}`;
    expect(await said(secured(secretsFrom(sameId)).dial(there.address))).toBe(reason);
    expect(await refusal(there)).toBe(reason);
  });

  it('an unknown key id is refused, and both are told which', async () => {
    const there = await guarded(secured(secretsFrom(line)));
    const dial$ = secured(secretsFrom(otherId)).dial(there.address);
    expect(await said(dial$)).toBe(`it has no secret with our key id ${theirId}`);
    expect(await refusal(there)).toBe(`we have no secret with its key id "${theirId}"`);
  });

  it('certificates instead of a secret are refused, and both are told', async () => {
    const there = await guarded(secured(secretsFrom(line)));
    const dial$ = secured(credentialsFrom(member(), 'peers.test')).dial(there.address);
    expect(await said(dial$)).toBe(
      'it shows no certificate: its links may be secured by a secret (--secret-file)',
    );
    expect(await refusal(there)).toBe('it offers no secret; links here are secured by one (--secret-file)');
  });

  it('a plain peer is refused, and is told why in its own language and nothing else', async () => {
    const there = await guarded(secured(secretsFrom(line)));
    const link = await next('a link', plain().dial(there.address));
    const reading = read(link);
    const codec = createCodec({ maxPayload: 1000 });
    link.write(
      codec.encode({
        type: 'hello',
        min: 1,
        max: 1,
        cluster: '',
        id: 'ab'.repeat(16),
        epoch: 1,
        address: '',
        serial: 1,
      }),
    );
    await reading.over();
    const bytes = reading.bytes();
    expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
    const text = 'links here are secured: give it the secret (--secret-file) that its peers have';
    expect(codec.decode(bytes, 4, bytes.length)).toEqual({
      ok: true,
      message: { type: 'bye', code: 5, text },
    });
    expect(await refusal(there)).toBe(
      'it does not speak TLS: give it the secret (--secret-file) that its peers have',
    );
  });

  it('a plain peer that is dialled is not spoken with', async () => {
    const there = await guarded(plain());
    const dialling = said(secured(secretsFrom(line)).dial(there.address));
    (await next('a link', there.link$)).write(Buffer.from([0, 0, 0, 2, 0x91, 0x08]));
    expect(await dialling).toBe('it does not speak TLS: it has to be given the secret too (--secret-file)');
  });

  it.each<[string, ConnectionOptions]>([
    ['no secret', { minVersion: 'TLSv1.3' }],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
  ])('a TLS client with %s learns nothing', async (_title, options) => {
    const there = await guarded(secured(secretsFrom(line)));
    const bytes = await overhear(connectTls({ ...options, port: there.port, host: '127.0.0.1', ca: [] }));
    expect(bytes).toHaveLength(0);
    await refusal(there);
  });

  it('a server with any certificate does not pass for one that has the secret', async () => {
    const files = certificateFiles(rogue.issue(['127.0.0.1']), rogue.cert);
    const there = await guarded(secured(credentialsFrom(files)));
    expect(await said(secured(secretsFrom(line)).dial(there.address))).toBe(
      'it asks for certificates (--tls-cert), not for a secret',
    );
  });
});

it('keys are ephemeral: who records a link and learns the secret later can’t read it', async () => {
  const there = await guarded(secured(secretsFrom(line)));
  const psk = secret!.key;
  const options: ConnectionOptions = { port: there.port, host: '127.0.0.1', ca: [], minVersion: 'TLSv1.3' };
  // Left alone, newer versions agree on X25519MLKEM768, of which Node 22 tells nothing.
  options.ecdhCurve = 'X25519';
  const socket = connectTls({ ...options, pskCallback: () => ({ identity: id, psk }) });
  strangers.push(socket);
  await within('the handshake', new Promise((resolve) => socket.once('secureConnect', resolve)));
  expect(socket.getEphemeralKeyInfo()).toMatchObject({ type: 'ECDH', name: 'X25519' });
});

describe('links with certificates', () => {
  const dialWith = (from: ReturnType<typeof certificateFiles>, to: Guarded) =>
    secured(credentialsFrom(from, 'peers.test')).dial(to.address);

  it.each([
    ['of another authority', () => rogue.issue(['peers.test']), 'unable to verify leaf signature'],
    ['that has expired', () => authority.issue(['peers.test'], expired()), 'cert has expired'],
  ])('a certificate %s is refused, and its link gets not a byte', async (_title, issue, why) => {
    const there = await guarded(secured(credentialsFrom(member(), 'peers.test')));
    // It trusts us, so TLS tells it that all is well before we have seen its certificate.
    const link = await next('a link', dialWith(certificateFiles(issue(), authority.cert), there));
    const reading = read(link);
    await reading.over();
    expect(reading.bytes()).toHaveLength(0);
    expect(await refusal(there)).toBe(`its certificate is not accepted: ${why}`);
  });

  it('a client without a certificate is refused, and learns nothing but ours', async () => {
    const there = await guarded(secured(credentialsFrom(member(), 'peers.test')));
    const options = { port: there.port, host: '127.0.0.1', servername: 'peers.test', ca: authority.cert };
    expect(await overhear(connectTls(options))).toHaveLength(0);
    expect(await refusal(there)).toBe('it shows no certificate');
  });

  it('a dialled peer of another authority is not spoken with', async () => {
    const there = await guarded(
      secured(credentialsFrom(certificateFiles(rogue.issue(['peers.test']), rogue.cert))),
    );
    expect(await said(dialWith(member(), there))).toMatch(/^its certificate is not accepted: /);
    expect(await refusal(there)).toBe(
      'it closed before the TLS handshake was over: it may not accept our certificate',
    );
  });

  it('a dialled peer whose certificate is for another name is not spoken with', async () => {
    const there = await guarded(
      secured(credentialsFrom(certificateFiles(authority.issue(['other.test']), authority.cert))),
    );
    expect(await said(dialWith(member(), there))).toMatch(/other\.test/);
  });

  it('without a name the certificate must be for the address that was dialled', async () => {
    const files = certificateFiles(authority.issue(['127.0.0.1']), authority.cert);
    const there = await guarded(secured(credentialsFrom(files)));
    await next('a link', secured(credentialsFrom(files)).dial(there.address));
    const elsewhere = await guarded(secured(credentialsFrom(member())));
    expect(await said(secured(credentialsFrom(files)).dial(elsewhere.address))).toMatch(/127\.0\.0\.1/);
  });

  it('a secret instead of a certificate is refused, and both are told', async () => {
    const there = await guarded(secured(credentialsFrom(member(), 'peers.test')));
    expect(await said(secured(secretsFrom(line)).dial(there.address))).toBe(
      'it asks for certificates (--tls-cert), not for a secret',
    );
    await refusal(there);
  });
});

describe('half-open handshakes', () => {
  it.each([
    ['says nothing', Buffer.alloc(0)],
    ['begins and stops', Buffer.from([0x16, 3, 1, 2, 0])],
  ])('a caller that %s is cut when its time is over', async (_title, bytes) => {
    const there = await guarded(secured(secretsFrom(line), { handshakeTimeout: 100 }));
    const socket = connectPlain(there.port, '127.0.0.1');
    const closed = overhear(socket);
    socket.write(bytes);
    await closed;
    expect(await refusal(there)).toBe('no TLS handshake within 0.1 s');
  });

  it('a caller that was told that links are secured, and stays, is cut too', async () => {
    const transport = secured(secretsFrom(line), { handshakeTimeout: 100 });
    const there = await guarded(transport);
    const socket = connectPlain({ port: there.port, host: '127.0.0.1', allowHalfOpen: true });
    strangers.push(socket);
    const told = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write('GET / HTTP/1.1\r\n\r\n');
    expect((await within('a word', told)).toString()).toContain('links here are secured');
    // It waits for its listener's last socket.
    await within('close', transport.close(60_000));
  });

  it('are counted, newest last, and not waited for when the transport closes', async () => {
    const sockets = tlsSockets(secretsFrom(line), { ...defaults, handshakeTimeout: 60_000 });
    let pending: ReadonlyMap<string, Socket> = new Map();
    const transport = createTcp({
      sockets: {
        ...sockets,
        serve: (on) => {
          const served = sockets.serve(on);
          pending = served.pending;
          return served;
        },
      },
    });
    open.push(transport);
    const there = await guarded(transport);
    const callers = [connectPlain(there.port, '127.0.0.1'), connectPlain(there.port, '127.0.0.1')];
    const gone = callers.map(overhear);
    await within(
      'both',
      (async () => {
        while (pending.size < 2) await new Promise(setImmediate);
      })(),
    );
    expect([...pending.keys()].at(-1)).toMatch(/^127\.0\.0\.1:\d+$/);
    await within('close', transport.close(60_000));
    await Promise.all(gone);
    expect(pending.size).toBe(0);
  });

  it('are limited: the newest of the host that has most goes, and others still get in', async () => {
    const there = await guarded(secured(secretsFrom(line), { maxPending: 3 }));
    const from = (localAddress: string) =>
      overhear(connectPlain({ port: there.port, host: '127.0.0.1', localAddress }));
    const first = from('127.0.0.3');
    const crowd = [1, 2, 3, 4, 5].map(() => from('127.0.0.2'));
    const outcomes = await next(
      'three refusals',
      there.incident$.pipe(
        map((incident) => (incident.type === 'handshakeFailed' ? incident : undefined)),
        take(3),
        toArray(),
      ),
    );
    for (const refused of outcomes) {
      expect(refused?.remote).toMatch(/^127\.0\.0\.2:/);
      expect(refused?.reason).toBe('3 TLS handshakes are not over, most of them with its host');
    }
    await Promise.race(crowd);
    await next('a link', secured(secretsFrom(line)).dial(there.address));
    strangers.forEach((socket) => socket.destroy());
    await Promise.all([first, ...crowd]);
  });
});
