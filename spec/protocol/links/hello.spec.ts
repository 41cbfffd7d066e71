import { advertised, introduced, joinAddress } from '../../../lib/protocol/links/hello.ts';
import { B, helloOf } from '../../support/marbles.ts';

describe('what a hello advertises', () => {
  it.each([
    ['where it listens', '', '10.0.0.1', 8080, '10.0.0.1:8080'],
    ['where it listens, IPv6 in brackets', '', '::1', 8080, '[::1]:8080'],
    ['the port alone when it listens everywhere', '', '0.0.0.0', 8080, ':8080'],
    ['the port alone when it listens everywhere, IPv6', '', '::', 8080, ':8080'],
    ['nothing when the user says none', 'none', '10.0.0.1', 8080, ''],
    ['the host and port that the user gives', 'gossip.example:443', '0.0.0.0', 8080, 'gossip.example:443'],
    [
      'the host that the user gives with the real port',
      'gossip.example',
      '0.0.0.0',
      8080,
      'gossip.example:8080',
    ],
    ['a bracketed IPv6 address and port as given', '[2001:db8::7]:443', '::', 8080, '[2001:db8::7]:443'],
    ['a bare IPv6 address with the real port', '2001:db8::7', '::', 8080, '[2001:db8::7]:8080'],
  ])('is %s', (_, advertise, host, port, expected) => {
    expect(advertised(advertise, host, port)).toBe(expected);
  });
});

describe('who a hello introduces', () => {
  it('is the peer at the address it says', () => {
    expect(introduced(helloOf(B), '172.16.0.9:40001')).toEqual(B);
  });

  it.each([
    ['172.16.0.9:40001', '172.16.0.9:8080'],
    ['[2001:db8::7]:40001', '[2001:db8::7]:8080'],
  ])('is a peer at the address we see (%s), when it says only its port', (remote, address) => {
    expect(introduced(helloOf(B, { address: ':8080' }), remote)).toEqual({ ...B, address });
  });

  it('is a peer that nobody can dial when it says no address', () => {
    expect(introduced(helloOf(B, { address: '' }), '172.16.0.9:40001')).toEqual({ ...B, address: '' });
  });
});

describe('an address', () => {
  it('has an IPv6 host in brackets, or its colons would be taken for the port’s', () => {
    expect(joinAddress('::1', 80)).toBe('[::1]:80');
    expect(joinAddress('127.0.0.1', 80)).toBe('127.0.0.1:80');
  });
});
