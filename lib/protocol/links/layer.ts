import { log } from '../effects.ts';
import type { Event, LinkId } from '../events.ts';
import type { Env } from '../env.ts';
import { byeCodes, versions, type ByeReason, type MessageOf } from '../messages.ts';
import { nothing, type Layer, type Out, type PeerState, type Signal } from '../state.ts';
import { admission } from './admission.ts';
import { bannedFor, peerAccount } from './conduct.ts';
import { down, drop, farewell, hangUp, loss, offended, type Change } from './ending.ts';
import { hello, introducedTo, isImpostor, newcomerStays } from './hello.ts';
import { answered, firstPulse, isWaiting, nextSweep, pinged, verdict } from './liveness.ts';
import { linkUpTo, withLink, withoutLink, type Links, type LinkState } from './links.ts';
import { createMeter } from './meter.ts';

/**
 * Links: HELLO each way before a link counts, BYE says why it ends, PING finds the ones that died in
 * silence, and of two links to one process one stays. Tells the overlay `peerUp`, `peerMoved`, `peerDown`.
 */
export const linksLayer: Layer<'links', Event | Signal> = (state, event, env) => {
  switch (event.type) {
    case 'linkUp':
      return opened(state, event, env);
    case 'received':
      return received(state, event.link, event.message, env);
    case 'refused':
      return offended(state, event.link, 'malformed', event.reason, env);
    case 'ignored':
      state.counters.unknownTypes += 1;
      return [state.links, nothing];
    case 'misbehaved':
      return offended(state, event.link, event.what, '', env);
    case 'linkDown':
      return down(state, event.link, event.reason);
    case 'handshakeFailed':
      state.counters.handshakesFailed += 1;
      return [
        state.links,
        [log(event.idle ? 'debug' : 'warn', `${event.remote} was refused: ${event.reason}`)],
      ];
    case 'credentials':
      return [state.links, [log(event.level, event.text)]];
    case 'release':
      return hangUp(state, event.link, 'done', '', 'debug');
    case 'stuck':
      return drop(state, event.link, event.reason);
    case 'woken':
      return sweep(state, env);
    case 'leave':
      return [
        state.links,
        [...state.links.keys()].map((link) => ({ type: 'hangUp', link, bye: 'leaving', text: '' })),
      ];
    default:
      return [state.links, nothing];
  }
};

function opened(state: PeerState, event: Event & { type: 'linkUp' }, { now }: Env): Change {
  const verdict = event.dialled === '' ? admission(state, event.link, event.remote, now) : undefined;
  if (verdict === undefined) return welcomed(state, event, now);
  const { closes, bye, text } = verdict;
  if (closes !== event.link) {
    const [links, out] = hangUp(state, closes, bye, text, 'debug');
    const [after, more] = welcomed({ ...state, links }, event, now);
    return [after, [...out, ...more]];
  }
  const note = log('debug', `link from ${event.remote} not taken: ${text}`);
  return [state.links, [{ type: 'hangUp', link: closes, bye, text }, note]];
}

function welcomed(state: PeerState, event: Event & { type: 'linkUp' }, now: number): Change {
  const link: LinkState = {
    id: event.link,
    remote: event.remote,
    dialled: event.dialled,
    phase: 'greeting',
    openedAt: now,
    serial: event.link,
    peer: undefined,
    drainedAt: Infinity,
    pulse: firstPulse(now),
    meter: createMeter(now),
  };
  const links = withLink(state.links, link);
  return [
    links,
    [
      { type: 'send', links: [link.id], message: hello(state.self, state.settings.cluster, link) },
      { type: 'wake', alarm: 'links', at: nextSweep(links, state.settings, now) },
    ],
  ];
}

function received(state: PeerState, id: LinkId, message: { type: string }, env: Env): Change {
  const link = state.links.get(id);
  if (link === undefined) return [state.links, nothing];
  switch (message.type) {
    case 'hello':
      return meet(state, link, message as MessageOf<'hello'>, env);
    case 'bye':
      return parted(state, link, message as MessageOf<'bye'>);
    case 'ping': {
      const { nonce } = message as MessageOf<'ping'>;
      return [state.links, [{ type: 'send', links: [id], message: { type: 'pong', nonce } }]];
    }
    case 'pong':
      return [state.links, answeredPing(state, link, message as MessageOf<'pong'>, env)];
    default:
      // Not a link message, so it came before the HELLO: step.ts routes the others past this layer.
      return offended(state, id, 'outOfTurn', `${message.type} before hello`, env);
  }
}

/** The last of those that were asked has answered: to look for them, which costs an idle peer a wake-up, is not needed any more. */
function answeredPing(
  { links, settings }: PeerState,
  link: LinkState,
  { nonce }: MessageOf<'pong'>,
  { now }: Env,
): readonly Out[] {
  if (!answered(link.pulse, nonce, now) || [...links.values()].some(isWaiting)) return nothing;
  return [{ type: 'wake', alarm: 'links', at: nextSweep(links, settings, now), instead: true }];
}

function meet(state: PeerState, link: LinkState, message: MessageOf<'hello'>, env: Env): Change {
  const { self, settings } = state;
  const { now } = env;
  const refuse = (bye: ByeReason, text: string, level: 'debug' | 'warn' | 'error' = 'warn') =>
    hangUp(state, link.id, bye, text, level);

  if (link.phase !== 'greeting') return offended(state, link.id, 'outOfTurn', 'a second hello', env);
  if (message.min > versions.max || message.max < versions.min)
    return refuse(
      'version',
      `it speaks protocol ${message.min}..${message.max}, we speak ${versions.min}..${versions.max}`,
    );
  if (message.cluster !== settings.cluster)
    return refuse(
      'cluster',
      `it is of cluster ${JSON.stringify(message.cluster)}, we are of ${JSON.stringify(settings.cluster)}`,
    );
  if (message.id === self.id) {
    if (message.epoch !== self.epoch)
      return refuse('clone', 'it has our own peer id: a cloned state directory or key', 'error');
    const [links, out] = refuse('self', 'a link to ourselves', 'debug');
    if (link.dialled === '') return [links, out];
    return [
      links,
      [...out.filter(({ type }) => type !== 'dialFailed'), { type: 'metSelf', address: link.dialled }],
    ];
  }

  const ban = bannedFor(state.conduct, peerAccount(message.id, link.remote), now);
  if (ban > 0) {
    state.counters.banned += 1;
    return refuse('banned', `it is not taken back for ${Math.ceil(ban / 1000)} s`, 'debug');
  }

  const peer = introducedTo(state, message, link.remote);
  const serial = link.dialled === '' ? message.serial : link.serial;
  const newcomer = { ...link, phase: 'up' as const, peer, serial };
  const old = linkUpTo(state.links, peer.id);
  if (old !== undefined && isImpostor(old, link, settings, now))
    return offended(state, link.id, 'impostor', 'a live link has its id, from another address', env);
  const sweepFor = (links: Links): Out => ({
    type: 'wake',
    alarm: 'links',
    at: nextSweep(links, settings, now),
  });
  const all = withLink(state.links, newcomer);
  if (old === undefined) return [all, [{ type: 'peerUp', link: link.id }, sweepFor(all)]];

  const stays = newcomerStays(self, old, newcomer, now, settings.helloTimeout);
  // A restarted process is another peer at the same address: the old one is reported gone first.
  if (stays && old.peer?.epoch !== peer.epoch) {
    const [links, out] = down({ ...state, links: all }, old.id, 'replaced by a newer process');
    return [links, [{ type: 'cut', link: old.id }, ...out, { type: 'peerUp', link: link.id }, sweepFor(all)]];
  }
  // The loser is ended by the sweep, after the other end had time to see the same two HELLOs and to choose
  // alike. Ending it now would make that end print Disconnected and Connected.
  // The lower id does it; the other only if that is forgotten, because the two ends may still disagree on who
  // stays (clocks at the edge of the HELLO limit), and must not each end the other's choice.
  const patience = self.id < peer.id ? 1 : 5;
  const drainedAt = now + patience * settings.pingAgain;
  const retired = { ...(stays ? old : newcomer), phase: 'retired' as const, drainedAt };
  const links = withLink(stays ? all : state.links, retired);
  const [from, to] = stays ? [old.id, link.id] : [link.id, old.id];
  const moved: Out = { type: 'peerMoved', from, to };
  return [links, [moved, sweepFor(links)]];
}

function parted(state: PeerState, link: LinkState, { code, text }: MessageOf<'bye'>): Change {
  const spare = code === byeCodes.duplicate ? retiredTwin(state.links, link) : undefined;
  if (spare !== undefined) {
    // The other end chose differently: its choice counts, and nothing is lost.
    const links = withLink(withoutLink(state.links, link.id), { ...spare, phase: 'up' });
    const moved: Out = { type: 'peerMoved', from: link.id, to: spare.id };
    return [links, [moved, { type: 'hangUp', link: link.id, bye: 'done', text: '' }]];
  }
  const left = code === byeCodes.leaving;
  const reason = left ? 'left' : `it said: ${text}`;
  const [links, out] = down(state, link.id, reason, left ? 'left' : 'parted');
  const quiet =
    left ||
    link.phase === 'retired' ||
    (link.phase === 'up' && code === byeCodes.done) ||
    code === byeCodes.self;
  const note = quiet ? nothing : [log('warn', `${link.dialled || link.remote} refused us: ${text}`)];
  // Our end is closed as well; the BYE in answer is ignored there.
  return [links, [...out, ...note, { type: 'hangUp', link: link.id, bye: 'done', text: '' }]];
}

function sweep(state: PeerState, { now }: Env): Change {
  const { settings } = state;
  const ended: LinkId[] = [];
  const out: Out[] = [];
  for (const link of state.links.values()) {
    const says = verdict(link, settings, now);
    if (says === 'ping') {
      out.push({ type: 'send', links: [link.id], message: { type: 'ping', nonce: pinged(link.pulse, now) } });
    } else if (says === 'dead') {
      ended.push(link.id);
      const reason = `no answer to ${settings.pingTries} pings`;
      out.push({ type: 'cut', link: link.id }, ...loss(link, reason));
    } else if (says === 'silent') {
      ended.push(link.id);
      if (link.phase === 'retired') out.push(...farewell(link, 'duplicate', '', 'debug'));
      else {
        state.counters.helloTimeouts += 1;
        out.push(...farewell(link, 'timeout', `no hello within ${settings.helloTimeout} ms`, 'warn'));
      }
    }
  }
  // Once for all of them: a thousand that end together must not copy the rest a thousand times.
  const links = ended.length > 0 ? withoutLink(state.links, ...ended) : state.links;
  if (links.size > 0) out.push({ type: 'wake', alarm: 'links', at: nextSweep(links, settings, now) });
  return [links, out];
}

/** The link to the same process that lost against this one, while it is still being drained. */
function retiredTwin(links: Links, { phase, peer }: LinkState): LinkState | undefined {
  if (phase !== 'up') return undefined;
  for (const one of links.values())
    if (one.phase === 'retired' && one.peer?.id === peer?.id && one.peer?.epoch === peer?.epoch) return one;
  return undefined;
}
