import { peerSet, Received, sent } from '../../lib/api/views.ts';
import { noOverlay } from '../../lib/protocol/overlay/overlay.ts';
import { A, B, bytes, C, D, gossip } from '../support/marbles.ts';

describe('a received message, as the application sees it', () => {
  const message = gossip(B, 7, { hop: 3, topic: 'news', payload: bytes('grüß dich') });
  const seen = new Received(message, C.address, 0, message.payload);

  it('says who said it first, through whom it came and over how many links', () => {
    expect({ ...seen, text: seen.text() }).toEqual({
      from: B.address,
      via: C.address,
      hops: 3,
      topic: 'news',
      id: { origin: B.id, epoch: B.epoch, sequence: 7 },
      payload: message.payload,
      text: 'grüß dich',
    });
  });

  it('is from an id when nobody can dial who said it', () => {
    expect(new Received({ ...message, address: '' }, C.address, 0, message.payload).from).toBe(B.id);
  });

  it('shows bytes that are no text as such', () => {
    const odd = Uint8Array.of(0x61, 0xff, 0x62);
    expect(new Received(message, '', 0, odd).text()).toBe('a\uFFFDb');
  });
});

describe('a sent message, as the application sees it', () => {
  it('says to whom it went', () => {
    const message = gossip(A, 0, { payload: bytes('hello') });
    const seen = sent(message, { neighbors: [B.address, C.address], lazy: [C.address] });
    expect({ ...seen, text: seen.text() }).toEqual({
      topic: '',
      id: { origin: A.id, epoch: A.epoch, sequence: 0 },
      payload: message.payload,
      text: 'hello',
      neighbors: [B.address, C.address],
      lazy: [C.address],
    });
  });
});

describe('the peer-set, as the application sees it', () => {
  it('is empty before birth', () => {
    expect(peerSet({ id: A.id, address: '' }, undefined)).toEqual({
      id: A.id,
      address: '',
      neighbors: [],
      known: [],
    });
  });

  it('has the neighbors in the order they came, and whom else it knows', () => {
    const neighbor = (link: number, { id, address }: typeof B) => ({
      ...{ link, id, address, dialled: '' },
      shown: `shown ${address}`,
    });
    const overlay = {
      ...noOverlay,
      neighbors: new Map([
        [9, neighbor(9, C)],
        [2, neighbor(2, B)],
      ]),
      passive: new Map([[D.address, 0]]),
    };
    expect(peerSet(A, overlay)).toEqual({
      id: A.id,
      address: A.address,
      neighbors: [
        { id: C.id, address: `shown ${C.address}` },
        { id: B.id, address: `shown ${B.address}` },
      ],
      known: [D.address],
    });
  });
});
