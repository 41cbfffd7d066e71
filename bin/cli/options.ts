import type { PeerOptions } from '../../lib/options.ts';
import type { Options } from './flags.ts';

/** What the flags mean to the library. What was not given is left out: the defaults are the library's. */
export function peerOptions(options: Options): PeerOptions {
  const { 'active-view': activeView, 'passive-view': passiveView } = options;
  const { port, host, connect, advertise, cluster, topic, message, stdin, period } = options;
  return {
    port,
    host,
    connect,
    ...(activeView !== undefined && { activeView }),
    ...(passiveView !== undefined && { passiveView }),
    period: stdin || options['no-send'] ? 0 : period,
    ...(advertise !== undefined && { advertise }),
    ...(cluster !== undefined && { cluster }),
    ...(topic !== undefined && { topic }),
    ...(message !== undefined && { say: () => message }),
  };
}
