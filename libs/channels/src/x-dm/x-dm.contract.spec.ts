import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { channelContract } from '../channel-contract.fixture.js';
import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { LoopbackProvider, type Answer } from '../loopback-provider.fixture.js';
import { answered, message, samplePath, signedBy } from '../meta/meta.fixture.js';
import { oauth1Header } from './oauth1.header.js';
import { createXDmProvider } from './x-dm.provider.js';
import { createXWebhook, X_SIGNATURE } from './x.webhook.js';

const documented = JSON.parse(readFileSync(samplePath('x', 'x-dm-send'), 'utf8')) as {
  response: { status: number; body: object };
  rate_limited: { status: number; headers: Record<string, string>; body: object };
  forbidden: { status: number; body: object };
};
const problem = (status: number, type = 'about:blank'): Answer =>
  answered({ title: 'PROSE', detail: 'PROSE 16505551234', type, status }, status, {
    'content-type': 'application/problem+json',
  });
const limited: Answer = answered(documented.rate_limited.body, 429, {
  ...documented.rate_limited.headers,
  date: new Date((1_705_420_800 - 540) * 1000).toUTCString(),
});

channelContract(
  'x_dm',
  {
    provide: (baseUrl) => createXDmProvider({ accessToken: 'user-token', baseUrl }),
    message,
    answers: {
      accepted: { answer: answered(documented.response.body, 201), providerMessageId: '1122334455667788990' },
      throttled: { answer: limited, retryAfterSeconds: 540 },
      badKey: problem(401),
      refused: answered(documented.forbidden.body, 403),
      unavailable: problem(503),
      failed: problem(500),
    },
    attemptOf: false,
    webhook: {
      parser: createXWebhook(),
      valid: signedBy(
        Buffer.from('{"for_user_id":"1","follow_events":[{"created_timestamp":"1518452444662"}]}'),
        X_SIGNATURE,
      ),
    },
  },
  { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
);

describe('a direct message on X', () => {
  let server: LoopbackProvider;
  let provider: ChannelProvider;
  const send = (answer: Answer, changes: Partial<OutboundMessage> = {}) => {
    server.answer = answer;
    return provider.send({ ...message, ...changes }, { signal: new AbortController().signal, timeoutMs: 30_000 });
  };
  beforeEach(async () => {
    server = await LoopbackProvider.start();
    provider = createXDmProvider({ accessToken: 'user-token', baseUrl: server.url });
  });
  afterEach(async () => {
    provider.close();
    await server.close();
  });

  it('is posted into the conversation with the person, as the user whose token it is', async () => {
    await send(answered(documented.response.body, 201));
    expect(server.calls[0]).toMatchObject({
      path: '/2/dm_conversations/with/16505551234/messages',
      headers: { authorization: 'Bearer user-token' },
      body: '{"text":"Hello"}',
    });
  });

  it('is signed call by call where the token does not expire, each time with another nonce', async () => {
    provider.close();
    const oauth1 = { consumerKey: 'ck', consumerSecret: 'cs', accessTokenSecret: 'ts' };
    provider = createXDmProvider({
      accessToken: 'user-token',
      oauth1,
      baseUrl: server.url,
      now: () => 1_790_000_000_000,
    });
    await send(answered(documented.response.body, 201));
    await send(answered(documented.response.body, 201));
    const [first = '', second = ''] = server.calls.map(({ headers }) => headers.authorization ?? '');
    const nonce = /oauth_nonce="([^"]+)"/.exec(first)?.[1] ?? '';
    const url = `${server.url}/2/dm_conversations/with/16505551234/messages`;
    const call = { method: 'POST', url, nonce, timestamp: 1_790_000_000 } as const;
    expect(first).toBe(oauth1Header({ ...oauth1, accessToken: 'user-token' }, call));
    expect(second).not.toContain(nonce);
    expect(first + second).not.toMatch(/"cs"|"ts"/);
  });

  it('counts as taken beside errors about something else, and as refused where the message itself is what is missing', async () => {
    const errors = [{ title: 'PROSE', status: 403, type: 'about:blank' }];
    expect(await send(answered({ ...documented.response.body, errors }))).toMatchObject({ kind: 'accepted' });
    const partly = await send(answered({ errors }));
    expect(partly).toEqual({ kind: 'rejected', class: 'permanent', code: 'recipient_refuses' });
    expect(await send(answered({ errors: [{ title: 'PROSE' }] }))).toMatchObject({ kind: 'unknown' });
    expect(await send(answered({}))).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['about:blank', { class: 'permanent', code: 'recipient_refuses' }],
    ['https://api.twitter.com/2/problems/client-forbidden', { class: 'auth', code: 'app_not_allowed' }],
    ['https://api.twitter.com/2/problems/unsupported-authentication', { class: 'auth', code: 'user_token_needed' }],
  ])('forbidden as %s', async (type, expected) => {
    expect(await send(problem(403, type))).toMatchObject(expected);
  });

  it('waits for the longest limit that is used up: 15 minutes, a day of the user, a day of the app', async () => {
    const date = new Date(1_705_420_000_000).toUTCString();
    const waits = async (headers: object) => {
      const result = await send(answered({}, 429, { date, ...headers }));
      return result.kind === 'rejected' ? result.retryAfterSeconds : undefined;
    };
    const window = { 'x-rate-limit-reset': '1705420800' };
    const day = (left: string) => ({
      'x-user-limit-24hour-remaining': left,
      'x-user-limit-24hour-reset': '1705450000',
    });
    expect(await waits(window)).toBe(800);
    expect(await waits({ ...window, ...day('3') })).toBe(800);
    expect(await waits({ ...window, ...day('0') })).toBe(30_000);
    expect(await waits({})).toBeUndefined();
    const capped = await send(problem(429, 'https://api.twitter.com/2/problems/usage-capped'));
    expect(capped).toMatchObject({ class: 'throttled', retryAfterSeconds: 86_400 });
  });

  it.each([502, 504, 302])('%i is nobody’s word', async (status) => {
    expect(await send({ status, body: '<html>' })).toEqual({ kind: 'unknown', reason: `http_${status}` });
  });

  it('a page instead of X’s own 503 is nobody’s word', async () => {
    expect(await send({ status: 503, body: '<html>' })).toEqual({ kind: 'unknown', reason: 'http_503' });
  });

  it.each<[Partial<OutboundMessage>, string]>([
    [{ text: 'x'.repeat(10_001) }, 'text_too_long'],
    [{ text: ' ' }, 'text_missing'],
    [{ to: { address: '../../oauth' } }, 'recipient_malformed'],
    [{ sandbox: true }, 'sandbox_not_offered'],
  ])('%# goes nowhere', async (changes, code) => {
    expect(await send('hang', changes)).toEqual({ kind: 'rejected', class: 'permanent', code });
    expect(server.calls).toHaveLength(0);
  });
});
