import { createPeer } from '../../lib/api/create-peer.ts';
import type { Peer } from '../../lib/api/types.ts';
import { CredentialsError, InvalidOptionError } from '../../lib/errors.ts';
import type { PeerOptions } from '../../lib/options.ts';
import { newSecret } from '../../lib/world/secrets.ts';
import { createAuthority } from '../support/certificates.ts';
import { certificateFiles, privateFile } from '../support/credentials.ts';
import { next, within } from '../transport/helpers.ts';

const peers: Peer[] = [];
const create = (options: unknown) => {
  const peer = createPeer(options as PeerOptions);
  peers.push(peer);
  return peer;
};
afterEach(() => within('close', Promise.all(peers.splice(0).map((peer) => peer.close()))));

const line = newSecret();
const authority = createAuthority('authority');
const files = () => certificateFiles(authority.issue(['peers.test']), authority.cert);

describe('the options secret and tls', () => {
  it.each([
    ['the text of a secret', { secret: line }, { secret: `# ours\n${line}\n` }],
    ['a file of secrets', { secret: { file: privateFile(line) } }, { secret: line }],
    [
      'certificates',
      { tls: { ...files(), name: 'peers.test' } },
      { tls: { ...files(), name: 'peers.test' } },
    ],
  ])('secure the links of a peer: %s', async (_title, one, other) => {
    const first = create(one);
    await first.start();
    const second = create({ ...other, connect: [first.address] });
    const heard = next('a message', second.messages());
    const met = next('a neighbor', first.neighborUp$);
    await second.start();
    await met;
    await first.publish('between us');
    expect((await heard).text()).toBe('between us');
  });

  const names = { cert: 'c', key: 'k', ca: 'a' };
  it.each<[string, unknown, string, RegExp]>([
    ['both', { secret: line, tls: names }, 'tls', /either secret or tls/],
    ['bytes for a secret', { secret: Buffer.from(line) }, 'secret', /the text of a secret, or \{ file \}/],
    ['no secret at all', { secret: null }, 'secret', /the text of a secret/],
    ['a file without a name', { secret: { file: '' } }, 'secret', /the name of a file/],
    ['a certificate without its key', { tls: { cert: 'c', ca: 'a' } }, 'tls', /\{ cert, key, ca \}/],
    ['true for certificates', { tls: true }, 'tls', /\{ cert, key, ca \}/],
    ['an address for the name', { tls: { ...names, name: '::1' } }, 'tls.name', /not an IP address/],
  ])('are refused: %s', (_title, options, option, message) => {
    expect(() => create(options)).toThrow(InvalidOptionError);
    expect(() => create(options)).toThrow(expect.objectContaining({ option }) as Error);
    expect(() => create(options)).toThrow(message);
  });

  it('are refused when the secret or a file can’t be used, without showing what is in it', () => {
    const { cert, ca } = files();
    expect(() => create({ secret: 'hunter2' })).toThrow(CredentialsError);
    expect(() => create({ secret: 'hunter2' })).not.toThrow(/hunter2/);
    expect(() => create({ secret: { file: '/no/such/file' } })).toThrow('/no/such/file: no such file');
    expect(() => create({ tls: { cert, ca, key: files().key } })).toThrow(
      'it is not the key of the certificate in',
    );
    expect(() => create({ tls: { ...files(), cert: privateFile('nothing') } })).toThrow(/PEM is expected$/);
    expect(() => create({ tls: { ...files(), ca: privateFile('') } })).toThrow('it has no certificate');
  });
});
