import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookKeysMessage } from '@homing/contracts';
import { generateVaultKeys } from '@homing/vault';
import { createWebhookKeySealer } from '@homing/vault/seal';
import { createWebhookKeyOpener } from '@homing/vault/webhook-keys';
import { playParser } from '../http/surface.fixture.js';
import { KeyBook } from './key.book.js';

const pair = await generateVaultKeys();
const seal = createWebhookKeySealer(pair);
const place = { provider: 'play', account: 'acme' };
const tenantId = 't1';
const now = Date.parse('2026-01-10T00:00:00Z');

const sealed = async (key: string, keyId: string, more: object = {}) => ({
  id: keyId,
  sealed: await seal(key, { ...place, tenantId, keyId }),
  ...more,
});
const message = (version: number, keys: WebhookKeysMessage['keys'], changes: object = {}): Uint8Array =>
  Buffer.from(JSON.stringify({ data: { ...place, tenantId, version, keys, ...changes } }));

let complete: boolean;
let book: KeyBook;
let logged: unknown[];
beforeEach(() => {
  [complete, logged] = [true, []];
  const log = (...said: unknown[]) => void logged.push(said);
  book = new KeyBook({
    parsers: new Map([['play', playParser()]]),
    open: createWebhookKeyOpener(pair),
    complete: () => complete,
    logger: { warn: log, info: log },
  });
});
const keysAt = (at = now) => {
  const found = book.find(place, at);
  return found.kind === 'caller' ? found.caller.keys : found.kind;
};
const hear = async (...messages: Uint8Array[]) => {
  for (const each of messages) book.hear(each);
  await book.settled();
};

describe('the keys of an account', () => {
  it('are several while one is replaced, each until its end', async () => {
    await hear(
      message(1, [await sealed('old', 'k1', { notAfter: '2026-01-11T00:00:00Z' }), await sealed('new', 'k2')]),
    );
    expect(keysAt()).toEqual(['old', 'new']);
    expect(keysAt(Date.parse('2026-01-11T00:00:00Z'))).toEqual(['new']);
    expect(book.find(place, now)).toMatchObject({ caller: { tenantId } });
    expect(book.accounts(now)).toEqual([{ ...place, tenantId, keys: 2 }]);
  });

  it('are those of the newest version, in whatever order they are heard', async () => {
    const [first, second] = [message(1, [await sealed('a', 'k1')]), message(2, [await sealed('b', 'k1')])];
    await hear(second, first, second);
    expect(keysAt()).toEqual(['b']);
  });

  it('are none once they were taken away: nobody is there any more', async () => {
    await hear(message(1, [await sealed('a', 'k1')]), message(2, []), message(1, [await sealed('a', 'k1')]));
    expect(keysAt()).toBe('unknown-provider');
  });

  it('do not open under another account, tenant or name, and the others stay in force', async () => {
    const mine = await sealed('a', 'k1');
    const foreign = await sealed('b', 'k2');
    await hear(message(1, [mine, { ...foreign, id: 'k3' }]));
    expect(keysAt()).toEqual(['a']);
    await hear(message(2, [mine], { tenantId: 't2' }));
    expect(keysAt()).toBe('unknown-provider');
    expect(JSON.stringify(logged)).toContain('cannot be opened');
  });

  it('are asked for again while not everything was heard, and are nobody’s after', () => {
    complete = false;
    expect(keysAt()).toBe('unready');
    complete = true;
    expect(keysAt()).toBe('unknown-provider');
    expect(book.find({ provider: 'nobody', account: 'acme' }, now).kind).toBe('unknown-provider');
  });

  it('let nobody in while not everything was heard: what is known may be what was revoked', async () => {
    complete = false;
    await hear(message(1, [await sealed('revoked', 'k1')]));
    expect(keysAt()).toBe('unready');
    await hear(message(2, [await sealed('new', 'k2')]));
    complete = true;
    expect(keysAt()).toEqual(['new']);
  });

  it('sign or answer a challenge, each for its use alone', async () => {
    await hear(message(1, [await sealed('signs', 'k1'), await sealed('a-word', 'k2', { use: 'challenge' })]));
    expect(book.find(place, now)).toMatchObject({ caller: { keys: ['signs'], words: ['a-word'] } });
    expect(book.accounts(now)).toMatchObject([{ keys: 1 }]);
    await hear(message(2, [await sealed('signs', 'k1')]));
    expect(book.find(place, now)).toMatchObject({ caller: { words: [] } });
  });

  it('are changed by no message that cannot be read, and never logged', async () => {
    const secret = 'a-secret-that-signs';
    await hear(message(1, [await sealed(secret, 'k1')]));
    await hear(
      Buffer.from('{'),
      Buffer.from('null'),
      message(9, [{ id: 'k1' } as never]),
      message(9, [], { account: '../x' }),
    );
    expect(keysAt()).toEqual([secret]);
    expect(JSON.stringify(logged)).not.toContain(secret);
  });
});
