import { createAuthority } from '../support/certificates.ts';
import { certificateFiles, privateFile, type CertificatePaths } from '../support/credentials.ts';
import { addressOf, build, patience, processes, type Running } from '../support/process.ts';
import { newSecret } from '../../lib/world/secrets.ts';

/** Secured links between processes: who gets in, what those are told who do not, and what is refused at the start. */

jest.setTimeout(3 * patience);
beforeAll(build);

const { peer } = processes();

const meets = (one: Running, address: string) => one.line(new RegExp(`Connected to peer at "${address}"$`));
const heard = (one: Running, text: string) => one.line(new RegExp(`Received message \\[${text}\\] from`));
const linked = (one: Running) => one.lines.filter((line) => line.includes('Connected'));
const secret = (text = newSecret()) => ['--secret-file', privateFile(text)];
const authority = createAuthority('authority');
const withFiles = ({ cert, key, ca }: CertificatePaths) => [
  '--tls-cert',
  cert,
  '--tls-key',
  key,
  '--tls-ca',
  ca,
];
const member = () => withFiles(certificateFiles(authority.issue(['peers.test']), authority.cert));
const named = ['--tls-name', 'peers.test'];

/** Three that find each other, and a message that reaches all. */
async function gossips(...flags: string[]): Promise<void> {
  const first = peer('--stdin', ...flags);
  const atFirst = await addressOf(first);
  const others = [
    peer('--no-send', '--connect', atFirst, ...flags),
    peer('--no-send', '--connect', atFirst, ...flags),
  ];
  const [atSecond, atThird] = (await Promise.all(others.map(addressOf))) as [string, string];
  await Promise.all([meets(others[0]!, atThird), meets(others[1]!, atSecond), meets(first, atThird)]);
  first.say('to friends\n');
  await Promise.all(others.map((one) => heard(one, 'to friends')));
}

describe('peers that have what it takes find each other and gossip', () => {
  it('with a secret in a file, one of "rx-gossip secret"', async () => {
    const made = peer('secret');
    expect(await made.ended()).toEqual({ code: 0, signal: null });
    await gossips(...secret(made.lines.join('\n')));
  });

  it('with certificates for a name', () => gossips(...member(), ...named));

  it('with certificates for their addresses', () =>
    gossips(...withFiles(certificateFiles(authority.issue(['127.0.0.1']), authority.cert))));
});

const [old, other] = [newSecret(), newSecret()];
const stranger = `${old.split(' ')[0] ?? ''} ${other.split(' ')[1] ?? ''}`;
const anId = '[0-9a-f]{16}';

describe('peers that do not refuse each other, and both say why', () => {
  interface Refusal {
    readonly title: string;
    readonly listens: () => readonly string[];
    readonly dials: () => readonly string[];
    readonly listenerSays: string;
    readonly diallerSays: string;
  }
  const refusals: readonly Refusal[] = [
    {
      title: 'another secret under the same key id',
      listens: () => secret(old),
      dials: () => secret(stranger),
      listenerSays: `was refused: it has another secret under the key id ${anId}$`,
      diallerSays: `it has another secret under the key id ${anId}`,
    },
    {
      title: 'a secret under another key id',
      listens: () => secret(old),
      dials: () => secret(other),
      listenerSays: `was refused: we have no secret with its key id "${anId}"$`,
      diallerSays: `it has no secret with our key id ${anId}`,
    },
    {
      title: 'no secret',
      listens: () => secret(old),
      dials: () => [],
      listenerSays: 'was refused: it does not speak TLS: give it the secret',
      diallerSays: 'refused us: links here are secured: give it the secret \\(--secret-file\\)',
    },
    {
      title: 'a secret, at one without',
      listens: () => [],
      dials: () => secret(old),
      listenerSays: 'it speaks TLS, this peer does not: give it --secret-file or --tls-cert',
      diallerSays: 'it does not speak TLS: it has to be given the secret too',
    },
    {
      title: 'no certificate',
      listens: () => [...member(), ...named],
      dials: () => [],
      listenerSays: 'was refused: it does not speak TLS: give it a certificate',
      diallerSays:
        'refused us: links here are secured: give it a certificate \\(--tls-cert, --tls-key, --tls-ca\\)',
    },
    {
      title: 'a certificate, at one without',
      listens: () => [],
      dials: () => [...member(), ...named],
      listenerSays: 'it speaks TLS, this peer does not: give it --secret-file or --tls-cert',
      diallerSays: 'it does not speak TLS: it needs certificates too',
    },
    {
      title: 'a certificate of another authority',
      listens: () => [...member(), ...named],
      dials: () => [
        ...withFiles(certificateFiles(createAuthority('rogue').issue(['peers.test']), authority.cert)),
        ...named,
      ],
      listenerSays: 'was refused: its certificate is not accepted: unable to verify leaf signature',
      // Which of the two it sees depends on whether its own bytes were read before the other closed.
      diallerSays: 'no link to .*: (closed|connection reset) by the other end',
    },
    {
      title: 'a secret, at one with certificates',
      listens: () => [...member(), ...named],
      dials: () => secret(old),
      listenerSays: 'was refused: it closed before the TLS handshake was over',
      diallerSays: 'it asks for certificates \\(--tls-cert\\), not for a secret',
    },
    {
      title: 'a certificate, at one with a secret',
      listens: () => secret(old),
      dials: () => [...member(), ...named],
      listenerSays: 'was refused: it offers no secret; links here are secured by one',
      diallerSays: 'it shows no certificate: its links may be secured by a secret',
    },
  ];

  it.each(refusals)('$title', async ({ listens, dials, listenerSays, diallerSays }) => {
    const listener = peer('--period', '50ms', ...listens());
    const dialler = peer('--period', '50ms', '--connect', await addressOf(listener), ...dials());
    await Promise.all([listener.error(new RegExp(listenerSays)), dialler.error(new RegExp(diallerSays))]);
    expect([...linked(listener), ...linked(dialler)]).toEqual([]);
    expect([...listener.lines, ...dialler.lines].filter((line) => line.includes('Received'))).toEqual([]);
  });
});

describe('at the start', () => {
  const three = ['--tls-cert', 'a', '--tls-key', 'b', '--tls-ca', 'c'];
  it.each([
    [
      'a secret among the arguments',
      ['--secret', old],
      2,
      '--secret: expected no secret on the command line',
    ],
    [
      'both kinds',
      ['--secret-file', 'x', ...three],
      2,
      '--secret-file with --tls-cert: expected one of them',
    ],
    ['a file that is not there', ['--secret-file', '/no/such/file'], 1, '/no/such/file: no such file'],
    ['a secret of 31 bytes', secret(`k ${'ab'.repeat(31)}`), 1, 'line 1: the key is too short'],
  ])('%s is refused', async (_title, args, code, says) => {
    const refused = peer(...args);
    expect(await refused.ended()).toEqual({ code, signal: null });
    expect(refused.lines).toEqual([]);
    expect(refused.errors).toHaveLength(1);
    expect(refused.errors[0]).toContain(says);
    expect(refused.errors[0]).not.toContain(old.split(' ')[1]);
  });

  it.each<[string, string, string[], boolean]>([
    ['warns on all addresses without secured links', '0.0.0.0', [], true],
    ['does not warn with a secret', '0.0.0.0', secret(), false],
    ['does not warn on an address of loopback', '127.0.0.2', [], false],
  ])('%s', async (_title, host, flags, warned) => {
    const one = peer('--host', host, '--no-send', ...flags);
    await one.line(/My address is/);
    // It comes with the address; the goodbye comes after both.
    one.kill('SIGTERM');
    await one.ended();
    const warnings = one.errors.filter((line) => line.includes('warn: other machines can reach this peer'));
    expect(warnings).toHaveLength(warned ? 1 : 0);
  });
});
