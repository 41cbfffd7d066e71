import type { Options } from './flags.ts';
import { UsageError } from './wrong.ts';

const files = (o: Options) => [o['tls-cert'], o['tls-key'], o['tls-ca']];
const usesCertificates = (o: Options) => [...files(o), o['tls-name']].some((value) => value !== undefined);

/** Flags that are fine alone and make no sense together: which ones, when, and why. */
const contradictions: readonly [(options: Options) => boolean, string][] = [
  [
    (o) => o.message !== undefined && o.stdin,
    '--message with --stdin: expected one of them, both say what is sent',
  ],
  [(o) => o.stdin && o['no-send'], '--stdin with --no-send: expected one of them, --no-send only listens'],
  [
    (o) => o.message !== undefined && (o['no-send'] || o.period === 0),
    '--message with --no-send or --period 0: expected a period, or the message is never sent',
  ],
  [
    (o) => o.exit && !o.stdin,
    '--exit without --stdin: expected both, it leaves at the end of standard input',
  ],
  [
    (o) => o.wait !== undefined && !o.stdin,
    '--wait without --stdin: expected both, it delays reading standard input',
  ],
  [
    (o) => o['key-file'] !== undefined && !o.sign,
    '--key-file without --sign: expected both, it holds the key to sign with',
  ],
  [
    (o) => o['secret-file'] !== undefined && usesCertificates(o),
    '--secret-file with --tls-cert: expected one of them, links are secured in one way',
  ],
  [
    (o) => usesCertificates(o) && !files(o).every((file) => file !== undefined),
    '--tls-cert, --tls-key and --tls-ca: expected all three',
  ],
  [(o) => o.quiet && o.verbose, '--quiet with --verbose: expected one of them'],
];

/** @throws UsageError */
export function refuseContradictions(options: Options): void {
  const found = contradictions.find(([holds]) => holds(options));
  if (found) throw new UsageError(found[1]);
}
