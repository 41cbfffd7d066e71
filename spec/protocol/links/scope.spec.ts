import { hostOf, mayDial, scopeOf } from '../../../lib/protocol/links/scope.ts';

describe('an address reaches', () => {
  it.each([
    [
      'one machine',
      'loopback',
      [
        '127.0.0.1',
        '127.9.9.9',
        '::1',
        '0:0:0:0:0:0:0:1',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '::7f00:1',
        'localhost',
        'LOCALHOST.',
        'a.localhost',
      ],
    ],
    ['one wire', 'link', ['169.254.169.254', 'fe80::1', 'FE80::1%eth0', 'febf::1', '::ffff:169.254.1.1']],
    [
      'nobody',
      'none',
      [
        '0.0.0.0',
        '0.1.2.3',
        '224.0.0.1',
        '255.255.255.255',
        '::',
        'ff02::1',
        '2130706433',
        '0x7f.1',
        '127.1',
        '0177.0.1',
        '0177.0.0.1',
        '1.2.3.256',
        '1:2:3',
        ':::',
        '1::2::3',
        'g::1',
      ],
    ],
    [
      'far',
      'wide',
      ['10.0.0.1', '192.168.1.1', '8.8.8.8', '2001:db8::1', 'fd00::1', 'peer1.example.org', '::ffff:8.8.8.8'],
    ],
  ] as const)('%s', (_, scope, hosts) => {
    expect(hosts.map((host) => [host, scopeOf(host)])).toEqual(hosts.map((host) => [host, scope]));
  });

  it('its host is without port and brackets', () => {
    expect(['10.0.0.1:80', '[::1]:80', 'a.example:80', ':80', ''].map(hostOf)).toEqual([
      '10.0.0.1',
      '::1',
      'a.example',
      '',
      '',
    ]);
  });
});

describe('who may make us dial what', () => {
  const [here, wire, far] = ['127.0.0.1:1', '169.254.0.9:1', '8.8.8.8:1'];
  it.each([
    ['anyone a far address', [here, wire, far], '10.0.0.2:80', true],
    ['our own machine a loopback address', [here], '127.0.0.1:80', true],
    ['nobody else a loopback address', [wire, far, '10.0.0.9:1'], '127.0.0.1:80', false],
    ['nobody else localhost', [far], 'localhost:22', false],
    ['our own wire a link-local address', [here, wire], '169.254.169.254:80', true],
    ['nobody farther a link-local address', [far, '10.0.0.9:1'], '169.254.169.254:80', false],
    ['nobody an address that is nobody’s', [here, wire, far], '0.0.0.0:80', false],
  ])('%s', (_, tellers, address, may) => {
    expect(tellers.map((teller) => mayDial(address, teller))).toEqual(tellers.map(() => may));
  });
});
