/**
 * START HERE. A peer is one loop: everything that can happen is merged into one stream of events, taken one
 * at a time and scanned into the peer-set state; what is to be done about it comes out as effects. All that
 * decides is pure and lies behind `protocol/step.ts`; sockets are in `transport/`, bytes in `wire/`.
 */
import {
  connectable,
  interval,
  map,
  merge,
  mergeAll,
  mergeMap,
  of,
  EMPTY,
  ReplaySubject,
  scan,
  Subject,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import { createAlarms } from './loop/alarms.ts';
import { oneAtATime } from './loop/one-at-a-time.ts';
import type { Settings } from './options.ts';
import { createDoers, perform, type Notice, type Signing } from './doers.ts';
import type { Effect } from './protocol/effects.ts';
import type { Alarm, Event } from './protocol/events.ts';
import type { Address } from './protocol/messages.ts';
import { nothing, type PeerState, type Self } from './protocol/state.ts';
import { step, unborn } from './protocol/step.ts';
import { createLinkTable, type LinkTable } from './transport/link-table.ts';
import { accepted, dialled } from './transport/links.ts';
import type { Transport } from './transport/transport.ts';
import { codecFor } from './wire/codec.ts';
import { resolved } from './world/lookup.ts';
import type { World } from './world/world.ts';

/** What a peer is born with. Each gossip round calls `rounds.publish`; period 0 = no rounds. */
export interface Birth {
  readonly self: Self;
  readonly settings: Settings;
  readonly listen: { readonly host: string; readonly port: number };
  readonly rounds: { readonly period: number; readonly publish: () => void };
  /** There is one when `settings.sign` is set. */
  readonly signing?: Signing | undefined;
}

export interface RunningPeer {
  /** The peer-set state after each turn; completes when the peer has left and its last link is gone. */
  readonly state$: Observable<PeerState>;
  /** The same at this moment, for who looks now and then: a subscriber costs something with every event. */
  readonly state: () => PeerState;
  /** What the application is told: deliveries, neighbors, diagnostics. */
  readonly notice$: Observable<Notice>;
  /** Puts a command (publish, leave) in the queue. */
  readonly tell: (event: Event) => void;
  /** Links by number, for gauges. */
  readonly links: Pick<LinkTable, 'size' | 'waiting'>;
  /** Opens the tap: listens, joins, gossips. Subscribe the others first. */
  readonly open: () => void;
}

interface Turn {
  readonly state: PeerState;
  /** Until they are done: payloads would else live until the next turn. */
  effects: readonly Effect[];
}

export function runPeer(
  { self, settings, listen, rounds, signing }: Birth,
  world: World,
  transport: Transport,
): RunningPeer {
  const { clock, random } = world;
  const links = createLinkTable(codecFor(settings), settings);
  const alarms = createAlarms<Alarm>(clock);
  const [command$, answer$, dial$, seed$, notice$] = [
    new Subject<Event>(),
    new Subject<Event>(),
    new Subject<Address>(),
    new Subject<string>(),
    new Subject<Notice>(),
  ];
  const left$ = new ReplaySubject<void>(1);

  // 1. Everything that can happen. A connection brings its own discovery replies and gossip.
  const tick$ = alarms.woken$.pipe(map((alarm): Event => ({ type: 'woken', alarm })));
  const seedAddress$ = seed$.pipe(mergeMap((seed) => resolved(world.lookup, seed)));
  const ourConnection$ = dial$.pipe(mergeMap((address) => dialled(transport, links, address)));
  const listener$ = transport.listen(listen.host, listen.port).pipe(takeUntil(left$));
  const theirConnection$ = listener$.pipe(mergeMap((listener) => accepted(listener, links, left$)));

  // A connection is a stream of events like the others, and all are merged at once: every merge in between would
  // be paid for with each frame. Feedback edges first; last the source that speaks as soon as it is subscribed.
  const event$ = merge(
    of(answer$, command$.pipe(takeUntil(left$)), tick$, seedAddress$),
    ourConnection$,
    theirConnection$,
  ).pipe(mergeAll());

  // 2. One at a time, scanned into the peer-set state.
  let latest: Turn = { state: unborn(self, settings), effects: [] };
  const turn$ = connectable(
    event$.pipe(
      oneAtATime(),
      scan((turn, event) => {
        const [state, effects] = step(turn.state, event, { now: clock.now(), random });
        return { state, effects };
      }, latest),
    ),
    { connector: () => new Subject(), resetOnDisconnect: false },
  );

  // 3. Effects, and gossip rounds: a tick only publishes, which is an event like any other.
  const doers = createDoers({
    ...{ links, alarms, dial$, seed$, answer$, notice$, left$ },
    ...{ cluster: settings.cluster, signing },
  });
  const act = (turn: Turn) => {
    latest = turn;
    perform(doers, turn.effects);
    turn.effects = nothing;
  };
  turn$.pipe(tap(act)).subscribe({
    // A throw in a step or a doer is a bug: the peer ends with it, and nothing goes on half alive.
    error: (bug: unknown) => {
      doers.left({ type: 'left' });
      notice$.error(bug);
    },
    complete: () => notice$.complete(),
  });
  const round$ = rounds.period > 0 ? interval(rounds.period, clock) : EMPTY;

  return {
    state$: turn$.pipe(map(({ state }) => state)),
    state: () => latest.state,
    notice$: notice$.asObservable(),
    tell: (event) => command$.next(event),
    links,
    open: () => {
      turn$.connect();
      round$
        .pipe(takeUntil(left$))
        .subscribe({ next: rounds.publish, error: (bug: unknown) => notice$.error(bug) });
    },
  };
}
