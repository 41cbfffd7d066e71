import {
  A,
  dialled,
  hangUp,
  hello,
  helloOf,
  linksOnly,
  log,
  play,
  send,
  up,
  wake,
  B,
  C,
  D,
  E,
} from '../../support/marbles.ts';

const from = (host: string, port: number) => `${host}:${port}`;
const links = (scene: Omit<Parameters<typeof play>[0], 'through'>) => play({ ...scene, through: linksOnly });
const notTaken = (link: number, remote: string, text: string) => [
  hangUp(link, 'full', text),
  log('debug', `link from ${remote} not taken: ${text}`),
];

describe('links that wait for a hello', () => {
  const settings = { maxPending: 3 };
  const text = '3 links wait for a hello';

  it('are so many at most: the newest goes, of the host that has most of them', () => {
    const state = links({
      settings,
      given: [1, 2, 3].map((port) => up(port, from('6.6.6.6', port))),
      events: ' ua',
      effects: 'UV',
      where: {
        u: up(4, from('6.6.6.6', 4)),
        a: up(5, from('7.7.7.7', 1)),
        U: notTaken(4, '6.6.6.6:4', text),
        V: [
          hangUp(3, 'full', text),
          log('debug', `link to 6.6.6.6:3 closed: ${text}`),
          send([5], helloOf(A)),
          wake('links', 5000),
        ],
      },
    });
    expect([...state.links.keys()]).toEqual([1, 2, 5]);
    expect(state.counters.linksOverPending).toBe(2);
  });

  it('do not count once they have said it, nor those that we dialled', () => {
    const state = links({
      settings,
      given: [dialled(1, B.address), dialled(2, C.address), up(3), up(4), hello(3, D), hello(4, E)],
      events: ' uvw',
      effects: 'UVW',
      where: {
        u: up(5),
        v: up(6),
        w: up(7),
        U: [send([5], helloOf(A)), wake('links', 2500)],
        V: [send([6], helloOf(A)), wake('links', 2500)],
        W: [send([7], helloOf(A)), wake('links', 2500)],
      },
    });
    expect(state.counters.linksOverPending).toBe(0);
  });
});

describe('links in all', () => {
  const settings = { maxLinks: 2 };

  it('are so many at most: who has said hello is not closed for a newcomer', () => {
    const text = '2 links are up';
    links({
      settings,
      given: [up(1), hello(1, B), up(2), hello(2, C)],
      events: ' u',
      effects: 'U',
      where: { u: up(3), U: notTaken(3, '10.0.0.4:40003', text) },
    });
  });

  it('are never too many for one that we dial ourselves', () => {
    links({
      settings,
      given: [up(1), hello(1, B), up(2), hello(2, C)],
      events: ' d',
      effects: 'D',
      where: { d: dialled(3, D.address), D: [send([3], helloOf(A, { serial: 3 })), wake('links', 2500)] },
    });
  });
});

describe('links from one address', () => {
  const two = (host: string) => [up(1, from(host, 1)), hello(1, B), up(2, from(host, 2)), hello(2, C)];

  it('are so many at most; another address is none of their business', () => {
    const state = links({
      settings: { maxLinksPerAddress: 2 },
      given: two('6.6.6.6'),
      events: ' uo',
      effects: 'UO',
      where: {
        u: up(3, from('6.6.6.6', 3)),
        o: up(4, from('6.6.6.7', 3)),
        U: notTaken(3, '6.6.6.6:3', '2 links from 6.6.6.6 are up'),
        O: [send([4], helloOf(A)), wake('links', 2500)],
      },
    });
    expect(state.counters.linksOverAddress).toBe(1);
  });

  it('are not counted on loopback, where everyone has one address, unless an option says so', () => {
    const scene = (limitLoopback: number) =>
      links({
        settings: { maxLinksPerAddress: 2, limitLoopback },
        given: [...two('127.0.0.1'), up(3, from('127.0.0.1', 3))],
        events: ' |',
        effects: '|',
        where: {},
      }).links.size;
    expect([scene(0), scene(1)]).toEqual([3, 2]);
  });
});
