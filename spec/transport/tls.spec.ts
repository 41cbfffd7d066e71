import { createTcp } from '../../lib/transport/tcp.ts';
import { defaults } from '../../lib/options.ts';
import { tlsSockets, type Credentials } from '../../lib/transport/tls.ts';
import { newSecret } from '../../lib/world/secrets.ts';
import { createAuthority } from '../support/certificates.ts';
import { certificateFiles, credentialsFrom, secretsFrom } from '../support/credentials.ts';
import { transportContract } from './contract.ts';

const secured = (credentials: Credentials) => createTcp({ sockets: tlsSockets(credentials, defaults) });

const secret = newSecret();
transportContract('tls with a secret', () => ({
  a: secured(secretsFrom(secret)),
  b: secured(secretsFrom(secret)),
  host: '127.0.0.1',
}));

const authority = createAuthority('authority');
const files = certificateFiles(authority.issue(['peers.test']), authority.cert);
transportContract('tls with certificates', () => ({
  a: secured(credentialsFrom(files, 'peers.test')),
  b: secured(credentialsFrom(files, 'peers.test')),
  host: '127.0.0.1',
}));
