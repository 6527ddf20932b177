// One of two providers is in trouble. Real: the shipped processes over TCP, two email providers and one of text messages, each by its own
// SDK. Played: the providers; their ledger says what was sent, and through whom.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

const environment = { CHANNEL_PROVIDERS: 'email:sendgrid,mailgun;sms:twilio', PROVIDER_RATES: 'mailgun:200' };
let stack: LocalStack;
beforeAll(async () => {
  stack = await LocalStack.start({ environment });
}, 300_000);
afterAll(() => stack.stop(), 300_000);

/** So many people are written to; the ids of their outreach. */
async function write(count: number): Promise<string[]> {
  const sent = await Promise.all(Array.from({ length: count }, () => stack.api.send(emailRequest(someone()))));
  return sent.map(({ status, body }) => {
    expect(status).toBe(202);
    return String(body['outreachId']);
  });
}

/** By whom each was taken, once all of them were. */
async function takers(ids: readonly string[]): Promise<string[]> {
  const lines = await until(
    async () => {
      const all = (await stack.ledger()).filter(({ deliveryId }) => ids.some((id) => deliveryId === `${id}.1`));
      return new Set(all.map(({ deliveryId }) => deliveryId)).size === ids.length && all;
    },
    `${ids.length} messages to be taken`,
    60_000,
  );
  expect(lines).toHaveLength(ids.length);
  return lines.map(({ provider }) => String(provider));
}

const through = (by: readonly string[], provider: string): number => by.filter((each) => each === provider).length;

describe('two providers of a channel', () => {
  it('the preferred one sends everything while it is well', async () => {
    expect(through(await takers(await write(10)), 'sendgrid')).toBe(10);
  });

  it('one that throttles: the other sends, each message once', async () => {
    await stack.behave({ throttle: { rate: 1, retryAfterSeconds: 3, style: 'retry-after' } });
    expect(through(await takers(await write(20)), 'mailgun')).toBe(20);
    await stack.behave({ throttle: { rate: 0 } });
  });

  it('one that refuses our key: the other sends, each message once, and operators are told', async () => {
    await stack.behave({ errorRates: { 401: 1 } });
    const { url } = stack.services()['channel-gateway'] ?? { url: '' };
    const told = [
      /homing_provider_stops_total\{[^}]*provider="sendgrid"[^}]*cause="auth"[^}]*\} [1-9]/,
      /homing_provider_share\{[^}]*provider="sendgrid"[^}]*\} 0\n/,
    ];
    // It rests for a while yet from having been asked too much; then it is asked, and refuses.
    await until(async () => {
      expect(through(await takers(await write(5)), 'mailgun')).toBe(5);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return told.every((each) => each.test(metrics));
    }, 'the refused key to be told of');
    await stack.behave({ errorRates: {} });
    // It is stopped still: little but a trial every ten seconds goes there.
    expect(through(await takers(await write(10)), 'mailgun')).toBeGreaterThanOrEqual(6);
  });
});

describe('a channel other than email', () => {
  it('is decided, sent and told of like email', async () => {
    const sms = { contacts: { sms: '+4915112345601' }, id: 'by-phone' };
    const { status, body } = await stack.api.send({
      recipient: sms,
      content: { literal: { sms: { text: 'Hello.' } } },
    });
    expect({ status, channel: body['channel'] }).toEqual({ status: 202, channel: 'sms' });
    const id = String(body['outreachId']);
    const told = await until(async () => {
      const outreach = await stack.api.outreach(id);
      return outreach && ['sent', 'delivered', 'responded'].includes(outreach.state) && outreach;
    }, 'the text message to be on its way');
    expect(told).toMatchObject({ channelUsed: 'sms' });
    expect((await stack.ledger()).filter(({ provider }) => provider === 'twilio')).toHaveLength(1);
  });
});
