import { parseAdvertise, parseHost, parsePort, parseSeeds } from '../../../bin/cli/address.ts';

describe('a seed to connect to', () => {
  it.each([
    ['127.0.0.1:8080', ['127.0.0.1:8080']],
    ['localhost:1', ['localhost:1']],
    ['Example.ORG:65535', ['example.org:65535']],
    ['my_peer-1.local:8080', ['my_peer-1.local:8080']],
    ['[::1]:8080', ['[::1]:8080']],
    ['[::ffff:1.2.3.4]:8080', ['1.2.3.4:8080']],
    ['zürich.example:8080', ['zürich.example:8080']],
    ['a:1, b:2 ,a:1', ['a:1', 'b:2']],
  ])('%s', (text, seeds) => {
    expect(parseSeeds(text)).toEqual(seeds);
  });

  it.each([
    'localhost',
    '::1',
    '::1:8080',
    '[::1]',
    '[127.0.0.1]:80',
    '[::g]:80',
    ':8080',
    'a b:80',
    'http://a:80',
    'a:80/',
    'a:1:2',
    '1.2.3.999:80',
    '1.2.3:80',
    '8080:80',
    '.a:80',
    'a..b:80',
    '-a:80',
    'user@a:80',
    'a\n:80',
  ])('%j is refused', (text) => {
    expect(() => parseSeeds(text)).toThrow(/^expected (HOST:PORT|a port)/);
  });

  it.each(['a:0', 'a:65536', 'a:080', 'a:0x50', 'a:', 'a:http', '[::1]:', '[::1]:0', 'a:1e3', 'a: 80'])(
    'the port of %j is refused by name',
    (text) => {
      expect(() => parseSeeds(text)).toThrow('expected a port from 1 to 65535 after the host');
    },
  );
});

describe('a port to listen on', () => {
  it.each([
    ['0', 0],
    ['8080', 8080],
    ['65535', 65535],
  ])('%s', (text, port) => {
    expect(parsePort(text)).toBe(port);
  });
});

describe('a host to listen on', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['[::1]', '::1'],
    ['localhost', 'localhost'],
  ])('%s', (text, host) => {
    expect(parseHost(text)).toBe(host);
  });

  it.each(['', 'a:80', '[::1]:80', '[a]', '1.2.3.4.5', 'a b', '256.0.0.1'])('%j is refused', (text) => {
    expect(() => parseHost(text)).toThrow('expected a host name or IP address');
  });
});

describe('an address to advertise', () => {
  it.each([
    ['none', 'none'],
    ['example.org', 'example.org'],
    ['192.0.2.1:8080', '192.0.2.1:8080'],
    ['[::1]:8080', '[::1]:8080'],
    ['[::1]', '[::1]'],
    ['2001:db8::1', '[2001:db8::1]'],
  ])('%s', (text, address) => {
    expect(parseAdvertise(text)).toBe(address);
  });

  it.each(['0.0.0.0', '0.0.0.0:80', '::', '[::]:80'])('%s is nowhere that others could dial', (text) => {
    expect(() => parseAdvertise(text)).toThrow('expected an address that others can dial');
  });

  it.each(['a:80:81', ':80', 'a b', 'zürich.example', '1.2.3', '[::1', '[::1]80'])(
    '%j is refused',
    (text) => {
      expect(() => parseAdvertise(text)).toThrow(/^expected/);
    },
  );

  it('a bad port is named', () => {
    expect(() => parseAdvertise('a:99999')).toThrow('expected a port from 1 to 65535 after the host');
  });
});
