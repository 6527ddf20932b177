import { describe, expect, it } from '@jest/globals';
import type { InboundItem } from '@homing/contracts';
import { EnvelopeError, type FiledInbound } from '@homing/vault/desk';
import { InboundDesk } from './inbound.desk.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const id = '0a6f2c8e-6c0e-5b43-9d0c-000000000002';
const question = { letterId: id, tenantId, operator: false, actor: 'key-1', replyTo: 'r' };
const filed: FiledInbound = {
  ...{ id, tenantId, sealedTenant: null, provider: 'twilio', eventDigest: 'd', channel: 'sms', sealed: 's' },
  receivedAt: '2026-05-01T10:00:00.000Z',
};
const item = { from: '+4915112345678', to: '+49301', text: 'Hello', payloadDigest: 'p' } as InboundItem;

function ask(over: { found?: Partial<FiledInbound>; of?: Partial<typeof question>; broken?: boolean } = {}) {
  const read: string[] = [];
  const desk = new InboundDesk({
    file: { find: async () => ({ ...filed, ...over.found }), noteRead: async (_of, actor) => void read.push(actor) },
    open: async () => (over.broken ? Promise.reject(new EnvelopeError('unreadable')) : item),
    sealAnswer: async (bytes) => bytes,
  });
  return { answer: desk.open({ ...question, ...over.of, action: 'open_inbound', answerKey: 'k' }), read };
}

describe('what somebody wrote', () => {
  it('is shown to its tenant, and that it was read is on record', async () => {
    const { answer, read } = ask();
    const opened = await answer;
    expect(opened).toMatchObject({ kind: 'opened' });
    const said = opened.kind === 'opened' ? Buffer.from(opened.sealed, 'base64').toString() : '';
    expect([JSON.parse(said), read]).toEqual([{ from: item.from, to: item.to, text: 'Hello' }, ['key-1']]);
  });

  it('is nothing to another tenant, nor what is nobody’s to who is no operator', async () => {
    const { answer, read } = ask({ of: { tenantId: id } });
    expect([await answer, read]).toEqual([{ kind: 'not_found' }, []]);
    expect(await ask({ found: { tenantId: null } }).answer).toEqual({ kind: 'not_found' });
    expect(await ask({ found: { tenantId: null }, of: { operator: true } }).answer).toMatchObject({ kind: 'opened' });
  });

  it('is gone with its person, and where it does not open', async () => {
    expect(await ask({ found: { sealed: null } }).answer).toEqual({ kind: 'no_content' });
    expect(await ask({ broken: true }).answer).toEqual({ kind: 'no_content' });
  });
});
