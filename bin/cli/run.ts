import { filter, Subscription } from 'rxjs';
import type { Peer } from '../../lib/api/types.ts';
import { defaults, type PeerOptions } from '../../lib/options.ts';
import { addressFirst } from './address-first.ts';
import type { Options } from './flags.ts';
import { type Happening, happenings$ } from './happenings.ts';
import { toJson } from './json.ts';
import { type Environment, peerOptions } from './options.ts';
import type { Output } from './output.ts';
import { clock, toText } from './print.ts';
import { printable } from './safe.ts';
import { type SignalSource, watchSignals } from './signals.ts';
import { gossipLines } from './stdin.ts';

/** All that the command needs from outside. */
export interface World {
  createPeer(options: PeerOptions): Peer;
  readonly environment: Environment;
  readonly input: AsyncIterable<Uint8Array>;
  readonly out: Output;
  readonly err: Output;
  /** Calls back when nobody reads standard output any more. */
  onClosed(listener: () => void): void;
  readonly signals: SignalSource;
  /** Milliseconds since the start. */
  elapsed(): number;
  wall(): Date;
}

/** How long leaving may take in milliseconds, the exit code when it takes longer, and how long links may flush. */
const AT_ONCE = { patience: 700, late: 0, flushMs: 300 };
const FLUSHED = { patience: 10_000, late: 1, flushMs: 11_000 };

/** Runs a peer until it has left. Resolves with the exit code; rejects with what ended it. */
export function run(options: Options, world: World): Promise<number> {
  const work = new Subscription();
  return new Promise<number>((end, fail) => {
    const peer = world.createPeer(peerOptions(options, world.environment));
    let leaving = false;
    const isLeaving = () => leaving;

    const print = addressFirst((happening: Happening) => {
      const elapsed = world.elapsed();
      const line = options.json
        ? toJson(happening, elapsed, world.wall())
        : toText(happening, elapsed, options.verbose);
      if (line !== undefined) world.out.line(line);
    });
    const complain = (text: string) => world.err.line(`rx-gossip: ${text}`);
    const failed = (error: Error) => {
      if (!leaving) fail(error);
    };
    const leave = (reason: string, code: number, { patience, late, flushMs }: typeof AT_ONCE) => {
      const limit = setTimeout(() => end(late), patience);
      work.add(() => clearTimeout(limit));
      if (leaving) return;
      leaving = true;
      print({ event: 'leaving', reason });
      printing.unsubscribe();
      peer.close({ flushMs }).then(() => end(code), fail);
    };

    const printing = happenings$(peer, options.topic).subscribe({ next: print, error: failed });
    work.add(printing);
    work.add(
      peer.diagnostic$
        .pipe(filter(({ level }) => !options.quiet && (options.verbose || level !== 'debug')))
        .subscribe({
          next: ({ level, text }) =>
            world.err.line(`${clock(world.elapsed())} - ${level}: ${printable(text)}`),
          error: failed,
        }),
    );
    watchSignals(
      world.signals,
      () => world.elapsed(),
      (name) => leave(name, 0, AT_ONCE),
      end,
    );
    world.onClosed(() => leave('standard output closed', 0, AT_ONCE));

    const live = async () => {
      await peer.start();
      if (isLeaving()) return;
      print({ event: 'address', address: peer.address, listening: peer.listening });
      if (!options.stdin) return;
      const { topic, wait } = options;
      const limit = defaults.maxPayload;
      const { met, refused } = await gossipLines({ peer, input: world.input, topic, wait, limit, complain });
      if (!options.exit || isLeaving()) return;
      if (!met) complain('--exit: there never was a neighbor, so nobody has heard the input');
      leave('end of input', met && refused === 0 ? 0 : 1, FLUSHED);
    };
    live().catch(failed);
  }).finally(() => work.unsubscribe());
}
