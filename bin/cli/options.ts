import type { PeerOptions } from '../../lib/options.ts';
import { parseSecrets } from '../../lib/world/secrets.ts';
import type { Options } from './flags.ts';
import { UsageError } from './wrong.ts';

/** The environment's variables that the command reads. */
export interface Environment {
  readonly RX_GOSSIP_SECRET?: string | undefined;
}

/** What the flags mean to the library. What was not given is left out: the defaults are the library's. */
export function peerOptions(options: Options, environment: Environment = {}): PeerOptions {
  const { 'active-view': activeView, 'passive-view': passiveView, 'key-file': keyFile, sign } = options;
  const { port, host, connect, advertise, cluster, topic, message, stdin, period } = options;
  return {
    port,
    host,
    connect,
    ...(activeView !== undefined && { activeView }),
    ...(passiveView !== undefined && { passiveView }),
    ...(sign && { sign }),
    ...(keyFile !== undefined && { keyFile }),
    ...securedBy(options, environment),
    period: stdin || options['no-send'] ? 0 : period,
    ...(options.limit !== undefined && { limits: options.limit }),
    ...(advertise !== undefined && { advertise }),
    ...(cluster !== undefined && { cluster }),
    ...(topic !== undefined && { topic }),
    ...(message !== undefined && { say: () => message }),
  };
}

/** A flag goes before the environment. An empty variable is a mistake, not "unsecured". */
function securedBy(options: Options, { RX_GOSSIP_SECRET: secret }: Environment): PeerOptions {
  const { 'secret-file': file, 'tls-cert': cert, 'tls-key': key, 'tls-ca': ca, 'tls-name': name } = options;
  if (file !== undefined) return { secret: { file } };
  if (cert !== undefined && key !== undefined && ca !== undefined) {
    if (secret !== undefined)
      throw new UsageError(
        'RX_GOSSIP_SECRET with --tls-cert: expected one of them, links are secured in one way',
      );
    return { tls: { cert, key, ca, ...(name !== undefined && { name }) } };
  }
  if (secret === undefined) return {};
  parseSecrets(secret, 'RX_GOSSIP_SECRET');
  return { secret };
}
