import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, take, toArray } from 'rxjs';
import { CredentialsError } from '../../lib/errors.ts';
import { createNeighborhood, record, type Neighborhood } from '../support/peers.ts';
import { next, within } from '../transport/helpers.ts';

let here: Neighborhood;
let folder: string;
beforeEach(() => {
  here = createNeighborhood();
  folder = mkdtempSync(join(tmpdir(), 'rx-gossip-signed-'));
});
afterEach(async () => {
  await within('every peer to close', here.close());
  rmSync(folder, { recursive: true, force: true });
});

describe('a peer that signs', () => {
  it('is named after its key: the same with the same file, another at each start without one', () => {
    const keyFile = join(folder, 'key.pem');
    const [one, two] = [here.create({ sign: true, keyFile }), here.create({ sign: true, keyFile })];
    expect([one.id, two.id]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), one.id]);
    const three = here.create({ sign: true });
    expect([one.id, '3'.repeat(32)]).not.toContain(three.id);
  });

  it('is not made when its key file holds no key', () => {
    const keyFile = join(folder, 'key.pem');
    writeFileSync(keyFile, 'nonsense');
    expect(() => here.create({ sign: true, keyFile })).toThrow(
      new CredentialsError(keyFile, 'it holds no private key in PEM'),
    );
  });

  it('warns at its start when others may read its key file', async () => {
    const keyFile = join(folder, 'key.pem');
    here.create({ sign: true, keyFile });
    chmodSync(keyFile, 0o644);
    const peer = here.create({ sign: true, keyFile });
    const said = record(peer.diagnostic$);
    await peer.start();
    expect(said.values).toContainEqual({
      level: 'warn',
      text: `key file ${keyFile} has mode 0644, others may read it: chmod 600 ${keyFile}`,
    });
  });

  it('hears every message of another that signs, in order, and none of one that does not', async () => {
    const first = await here.started({ sign: true });
    const second = here.create({ sign: true, connect: [first.address] });
    const plain = here.create({ connect: [first.address] });
    const heard = record(second.messages());
    const met = Promise.all([next('second', second.neighborUp$), next('plain', plain.neighborUp$)]);
    await Promise.all([second.start(), plain.start()]);
    await met;
    const all = firstValueFrom(second.messages('told').pipe(take(100), toArray()), { defaultValue: [] });
    await plain.publish('not signed');
    for (let i = 0; i < 100; i++) await first.publish(`message ${i}`, { topic: 'told' });
    const texts = (await within('100 messages', all)).map((message) => message.text());
    expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => `message ${i}`));
    expect(heard.values.filter(({ id }) => id.origin !== first.id)).toEqual([]);
  });

  it('is heard by one that does not sign', async () => {
    const first = await here.started({ sign: true });
    const plain = here.create({ connect: [first.address] });
    const met = next('plain', plain.neighborUp$);
    await plain.start();
    await met;
    const heard = next('a message', plain.messages());
    await first.publish('signed');
    expect((await heard).text()).toBe('signed');
  });
});
