import { formatAddress, parseAddress } from '../../lib/transport/address.ts';

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['localhost:0', 'localhost', 0],
    ['my-host_1.example.com:65535', 'my-host_1.example.com', 65535],
    ['münchen.example:80', 'münchen.example', 80],
    ['[::1]:8080', '::1', 8080],
    ['[fe80::1%eth0]:8080', 'fe80::1%eth0', 8080],
  ])('reads %s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each([
    ...[
      '',
      ':',
      '8080',
      'host',
      'host:',
      ':8080',
      'host:65536',
      'host:-1',
      'host:1e3',
      'host:080808',
      'host: 80',
    ],
    ...[
      '::1:80',
      '[::1]',
      '[]:80',
      '[host]:80',
      'a[b]:80',
      'user@host:80',
      'http://host:80',
      'a b:80',
      'host\n:80',
    ],
    ...['host:80\n', 'a\0b:80', `${'x'.repeat(254)}:80`],
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('formatAddress', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4:80'],
    ['host', 'host:80'],
    ['::1', '[::1]:80'],
    ['::ffff:1.2.3.4', '1.2.3.4:80'],
    ['::FFFF:1.2.3.4', '1.2.3.4:80'],
  ])('writes %s as %s', (host, text) => {
    expect(formatAddress(host, 80)).toBe(text);
  });
});
