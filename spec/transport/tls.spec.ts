import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTcp } from '../../lib/transport/tcp.ts';
import { certificateCredentials } from '../../lib/transport/tls-certificates.ts';
import { secretCredentials } from '../../lib/transport/tls-secret.ts';
import { tlsSockets, type Credentials } from '../../lib/transport/tls.ts';
import type { Transport } from '../../lib/transport/transport.ts';
import { newSecret } from '../../lib/world/secrets.ts';
import { createAuthority, type Certificate } from '../support/certificates.ts';
import { transportContract } from './contract.ts';

const secured = (credentials: Credentials, handshakeTimeout = 5000): Transport =>
  createTcp({ sockets: tlsSockets(credentials, handshakeTimeout) });

const folder = mkdtempSync(join(tmpdir(), 'rx-gossip-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

const authority = createAuthority('the authority');

let files = 0;
/** Writes them where a peer would have them. */
function filesOf({ cert, key }: Certificate, ca = authority.cert) {
  const paths = { cert: '', key: '', ca: '' };
  for (const [what, text] of Object.entries({ cert, key, ca })) {
    paths[what as keyof typeof paths] = join(folder, `${++files}.pem`);
    writeFileSync(paths[what as keyof typeof paths], text, { mode: 0o600 });
  }
  return { ...paths, every: 20 };
}

const secret = newSecret();
transportContract('tls with a secret', () => {
  const make = () => secured(secretCredentials(secret));
  return { a: make(), b: make(), host: '127.0.0.1' };
});

const member = filesOf(authority.issue(['peers.test']));
transportContract('tls with certificates', () => {
  const make = () => secured(certificateCredentials({ ...member, name: 'peers.test' }));
  return { a: make(), b: make(), host: '127.0.0.1' };
});
