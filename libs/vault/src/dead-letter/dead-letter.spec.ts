import { beforeAll, describe, expect, it } from '@jest/globals';
import { createLetterOpener } from '../desk/letter.opener.js';
import type { LetterOpener } from '../desk/desk.types.js';
import { generateVaultKeys, type VaultKeys } from '../keys/vault.keys.js';
import { EnvelopeOpener } from '../open/envelope.opener.js';
import { createAnswerKey, createRepairSealer } from '../letters/answer.key.js';
import { createDeadLetterSealer } from '../seal/dead-letter.sealer.js';
import { createSealer } from '../seal/sealer.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const other = '0a6f2c8e-6c0e-4b43-9d0c-000000000002';
const bytes = Buffer.from(JSON.stringify({ specversion: '1.0', id: 'q', data: { tenantId, name: 'Ada\nB' } }));
const unreadable = { name: 'EnvelopeError', reason: 'unreadable' };

let keys: VaultKeys;
let installation: VaultKeys;
let opener: LetterOpener;
beforeAll(async () => {
  [keys, installation] = await Promise.all([generateVaultKeys(), generateVaultKeys()]);
  opener = createLetterOpener(keys);
});

describe('a sealed dead letter', () => {
  it('opens at the desk as it was, with the id its publisher gave it', async () => {
    const sealed = await createDeadLetterSealer(keys)({ id: 'dlq-1', bytes, messageId: 'Ada’s order' });
    expect(sealed).toMatchObject({ tenantId, subjects: [] });
    expect(Buffer.from(sealed.bytes).includes('Ada')).toBe(false);
    const opened = await opener.open(sealed.bytes, { messageId: 'dlq-1', sealedTenant: tenantId });
    expect(Buffer.from(opened.bytes).equals(bytes)).toBe(true);
    expect(opened.messageId).toBe('Ada’s order');
  });

  it('opens as it was also where it is no text at all', async () => {
    const strange = new Uint8Array([0xff, 0x0a, 0x00]);
    const sealed = await createDeadLetterSealer(keys)({ id: 'dlq-1', bytes: strange });
    expect(sealed.tenantId).toBeUndefined();
    const opened = await opener.open(sealed.bytes, { messageId: 'dlq-1', sealedTenant: null });
    expect([...opened.bytes]).toEqual([...strange]);
    expect(opened.messageId).toBeUndefined();
  });

  it.each([
    ['of another tenant', { messageId: 'dlq-1', sealedTenant: other }],
    ['of no tenant', { messageId: 'dlq-1', sealedTenant: null }],
    ['under another id', { messageId: 'dlq-2', sealedTenant: tenantId }],
  ])('does not open as one %s', async (_what, letter) => {
    const sealed = await createDeadLetterSealer(keys)({ id: 'dlq-1', bytes });
    await expect(opener.open(sealed.bytes, letter)).rejects.toMatchObject(unreadable);
  });

  it('is no business of the installation’s key, nor is what that key opens the desk’s', async () => {
    const sealed = await createDeadLetterSealer(keys)({ id: 'dlq-1', bytes });
    const context = { tenantId, kind: 'dead-letter', id: 'dlq-1' };
    const gateway = new EnvelopeOpener(installation.openKey, 1);
    await expect(gateway.openForInstallation(sealed.bytes, context)).rejects.toMatchObject(unreadable);
    const personal = await createSealer(installation).sealForInstallation(bytes, context);
    await expect(opener.open(personal, { messageId: 'dlq-1', sealedTenant: tenantId })).rejects.toMatchObject(
      unreadable,
    );
  });
});

describe('between desk and API', () => {
  it('content crosses the bus sealed to the one answer it is for', async () => {
    const [mine, another] = [await createAnswerKey(), await createAnswerKey()];
    const sealed = await opener.sealAnswer(bytes, { letterId: 'l-1', key: mine.key });
    expect(Buffer.from(await mine.open(sealed, 'l-1')).equals(bytes)).toBe(true);
    await expect(another.open(sealed, 'l-1')).rejects.toMatchObject(unreadable);
    await expect(mine.open(sealed, 'l-2')).rejects.toMatchObject(unreadable);
    await expect(opener.sealAnswer(bytes, { letterId: 'l-1', key: 'short' })).rejects.toThrow(TypeError);
  });

  it('a repaired body is for the desk and for that letter', async () => {
    const sealed = await createRepairSealer(keys)(bytes, 'l-1');
    expect(Buffer.from(await opener.openRepair(sealed, 'l-1')).equals(bytes)).toBe(true);
    await expect(opener.openRepair(sealed, 'l-2')).rejects.toMatchObject(unreadable);
    await expect(opener.open(sealed, { messageId: 'l-1', sealedTenant: null })).rejects.toMatchObject(unreadable);
  });
});
