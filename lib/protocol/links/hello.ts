import { versions, type Address, type MessageOf } from '../messages.ts';
import type { Settings } from '../../options.ts';
import type { PeerInfo, PeerState, Self } from '../state.ts';
import type { LinkState } from './links.ts';
import { hostOf, mayDial } from './scope.ts';

/** The first message of each side. `serial` is the dialler's link number, 0 from the side that was dialled. */
export function hello(self: Self, cluster: string, link: LinkState): MessageOf<'hello'> {
  return {
    type: 'hello',
    min: versions.min,
    max: versions.max,
    cluster,
    id: self.id,
    epoch: self.epoch,
    address: self.address,
    serial: link.dialled === '' ? 0 : link.id,
  };
}

/** What HELLO should advertise: an unspecified host is never told, the port alone lets the receiver add the address it sees. */
export function advertised(advertise: string, host: string, port: number): Address {
  if (advertise === 'none') return '';
  if (advertise !== '') return hasPort(advertise) ? advertise : joinAddress(advertise, port);
  if (host === '0.0.0.0' || host === '::') return `:${port}`;
  return joinAddress(host, port);
}

/** The address a HELLO stands for, seen from its receiver. */
export function introduced(message: MessageOf<'hello'>, remote: Address): PeerInfo {
  const address = message.address.startsWith(':') ? beforePort(remote) + message.address : message.address;
  return { id: message.id, epoch: message.epoch, address };
}

/** The same, without an address that its teller has no business to tell: then nobody can dial it. */
export function introducedTo(
  { settings, counters }: Pick<PeerState, 'settings' | 'counters'>,
  message: MessageOf<'hello'>,
  remote: Address,
): PeerInfo {
  const peer = introduced(message, remote);
  if (peer.address === '' || settings.dialLocal === 1 || mayDial(peer.address, remote)) return peer;
  counters.badTargets += 1;
  return { ...peer, address: '' };
}

/**
 * A HELLO is only a claim. When the peer of that id has a link that is alive, and somebody at another host says
 * to be it, the link stays: else whoever has seen a HELLO could push its sender out by saying it again. A peer
 * that did move is believed when its old link has left a PING unanswered. Two that dial each other at the
 * same moment may see each other at different hosts.
 */
export function isImpostor(
  old: LinkState,
  newcomer: LinkState,
  { pingAfter, pingAgain, helloTimeout }: Settings,
  now: number,
): boolean {
  if (newcomer.dialled !== '' || hostOf(old.remote) === hostOf(newcomer.remote)) return false;
  const simultaneous = old.dialled !== '' && now - old.openedAt < helloTimeout;
  return !simultaneous && now - old.pulse.heardAt < pingAfter + pingAgain;
}

/**
 * Of two links to the same peer, does the newcomer stay? Both ends must answer alike without asking:
 * - the same process twice, dialled by different ends, both links younger than the HELLO limit
 *   (a simultaneous dial): the one dialled by the lower id stays;
 * - the same process twice, dialled by the same end: the one it dialled later;
 * - anything else: the newer, because the older is half open (its other end restarted or forgot it).
 */
export function newcomerStays(
  self: Self,
  old: LinkState,
  newcomer: LinkState & { readonly peer: PeerInfo },
  now: number,
  helloTimeout: number,
): boolean {
  if (old.peer?.epoch !== newcomer.peer.epoch) return true;
  const [oldIsMine, newIsMine] = [old.dialled !== '', newcomer.dialled !== ''];
  if (oldIsMine === newIsMine) return newcomer.serial > old.serial;
  const simultaneous = now - old.openedAt < helloTimeout && now - newcomer.openedAt < helloTimeout;
  return !simultaneous || newIsMine === self.id < newcomer.peer.id;
}

/** IPv6 goes in brackets, or its colons would be taken for the port's. */
export const joinAddress = (host: string, port: number): Address =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const hasPort = (address: string) => /^(\[.*\]|[^:]*):\d+$/.test(address);
const beforePort = (address: string) => address.slice(0, address.lastIndexOf(':'));
