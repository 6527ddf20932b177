import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { channelContract } from '../channel-contract.fixture.js';
import type { OutboundMessage } from '../channel.provider.js';
import { LoopbackProvider, type Answer } from '../loopback-provider.fixture.js';
import { createLinkedInProvider, type LinkedInConfig } from './linkedin.provider.js';
import { createLinkedInWebhook, LINKEDIN_SIGNATURE } from './linkedin.webhook.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../samples/linkedin/${name}.json`, import.meta.url), 'utf8'));
const documented = read('linkedin-send') as { error: { status: number; body: object } };
const vectors = read('linkedin-vectors') as {
  cases: { client_secret: string; challengeCode: string; challengeResponse: string }[];
};
const SECRET = 'client-secret-for-tests';
const json = { 'content-type': 'application/json' };
const failure = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify({ serviceErrorCode: 100, message: 'PROSE', status }),
});
const taken: Answer = { status: 201, headers: { 'x-restli-id': 'urn:li:message:2-abc' }, body: '' };
const message: OutboundMessage = {
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  to: { address: 'urn:li:person:16505551234' },
  from: { address: 'urn:li:person:us' },
  subject: 'Good day',
  text: 'Hello',
};
const rawBody = Buffer.from('{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notificationId":4217}');
const signed = (body: Uint8Array, key = SECRET) => ({
  headers: { [LINKEDIN_SIGNATURE]: createHmac('sha256', key).update('hmacsha256=').update(body).digest('hex') },
  rawBody: body,
  keys: [SECRET],
  now: 1_790_000_000_000,
});

describe('a LinkedIn message', () => {
  let server: LoopbackProvider;
  beforeEach(async () => {
    server = await LoopbackProvider.start();
  });
  afterEach(() => server.close());
  const send = async (answer: Answer, over: Partial<OutboundMessage> = {}, config: LinkedInConfig = {}) => {
    server.answer = answer;
    const provider = createLinkedInProvider({ accessToken: 'token', baseUrl: server.url, ...config });
    const options = { signal: new AbortController().signal, timeoutMs: 10_000 };
    return provider.send({ ...message, ...over }, options).finally(() => provider.close());
  };

  it('of an approved partner goes from member to member', async () => {
    expect(await send(taken)).toEqual({ kind: 'accepted', providerMessageId: 'urn:li:message:2-abc' });
    expect(server.calls[0]).toMatchObject({ path: '/v2/messages', headers: { authorization: 'Bearer token' } });
    expect(JSON.parse(server.calls[0]?.body ?? '')).toEqual({
      recipients: [message.to.address],
      subject: 'Good day',
      body: 'Hello',
      messageType: 'MEMBER_TO_MEMBER',
    });
  });

  it('without permission is the account’s matter, not the member’s', async () => {
    const { status, body } = documented.error;
    const answer = { status, headers: json, body: JSON.stringify(body) };
    expect(await send(answer)).toEqual({ kind: 'rejected', class: 'auth', code: 'permission_missing' });
  });

  it('taken without an id is nobody’s word', async () => {
    expect(await send({ status: 201, body: '' })).toEqual({ kind: 'unknown', reason: 'answer_unreadable' });
  });

  it('without a partner’s token is always a person’s to send, and nobody is called', async () => {
    const provider = createLinkedInProvider({ baseUrl: server.url });
    const options = { signal: new AbortController().signal, timeoutMs: 10_000 };
    expect(await provider.send(message, options)).toEqual({ kind: 'assisted', reason: 'partners_only' });
    expect(await provider.send({ ...message, to: { address: 'https://www.linkedin.com/in/ada' } }, options)).toEqual({
      kind: 'assisted',
      reason: 'partners_only',
    });
    expect(server.calls).toHaveLength(0);
    provider.close();
  });

  it.each<[Partial<OutboundMessage>, object]>([
    [{ approach: 'connection_request' }, { kind: 'assisted', reason: 'invitation_by_hand' }],
    [{ to: { address: 'https://www.linkedin.com/in/ada' } }, { kind: 'assisted', reason: 'member_urn_unknown' }],
    [
      { approach: 'connection_request', text: 'x'.repeat(301) },
      { class: 'permanent', code: 'text_too_long' },
    ],
    [{ text: 'x'.repeat(8_001) }, { class: 'permanent', code: 'text_too_long' }],
    [{ text: ' ' }, { class: 'permanent', code: 'text_missing' }],
    [{ sandbox: true }, { class: 'permanent', code: 'sandbox_not_offered' }],
  ])('%# calls nobody', async (over, expected) => {
    expect(await send(taken, over)).toMatchObject(expected);
    expect(server.calls).toHaveLength(0);
  });

  it('takes a note as long as the installation says', async () => {
    const note = { approach: 'connection_request', text: 'x'.repeat(250) } as const;
    expect(await send(taken, note, { longestNote: 200 })).toMatchObject({ code: 'text_too_long' });
    expect(await send(taken, note)).toMatchObject({ kind: 'assisted' });
  });

  it('a page instead of LinkedIn’s own 503 is nobody’s word', async () => {
    expect(await send({ status: 503, body: '<html>' })).toEqual({ kind: 'unknown', reason: 'http_503' });
  });
});

describe('the challenge', () => {
  const { challenge } = createLinkedInWebhook();
  const ask = (query: Record<string, string>, keys = [SECRET]) => challenge?.({ headers: {}, query, keys });

  it.each(vectors.cases)('is answered as documented', ({ client_secret, challengeCode, challengeResponse }) => {
    expect(ask({ challengeCode }, [client_secret, 'former'])).toEqual({
      kind: 'answer',
      contentType: 'application/json',
      body: JSON.stringify({ challengeCode, challengeResponse }),
    });
  });

  it('without a code, a sound code or a key is refused', () => {
    expect(ask({})).toMatchObject({ kind: 'refused' });
    expect(ask({ challengeCode: '"><script>' })).toMatchObject({ kind: 'refused' });
    expect(ask({ challengeCode: 'a' }, [])).toMatchObject({ kind: 'refused' });
  });
});

describe('what LinkedIn tells', () => {
  it('is kept and moves nothing', () => {
    expect(createLinkedInWebhook().parse(rawBody)).toMatchObject({
      facts: [{ fact: 'other', unknownEvent: 'organization_social_action_notifications', providerEventId: '4217' }],
      faults: [],
    });
  });
});

channelContract(
  'linkedin',
  {
    provide: (baseUrl) => createLinkedInProvider({ accessToken: 'token', baseUrl }),
    message,
    answers: {
      accepted: { answer: taken, providerMessageId: 'urn:li:message:2-abc' },
      throttled: { answer: failure(429, { 'retry-after': '30' }), retryAfterSeconds: 30 },
      badKey: failure(401),
      refused: failure(422),
      unavailable: failure(503),
      failed: failure(500),
    },
    attemptOf: false,
    webhook: { parser: createLinkedInWebhook(), valid: signed(rawBody) },
  },
  { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
);
