import { describe, expect, it } from '@jest/globals';
import { callbackUrl, sample, signed } from './twilio.fixture.js';
import { createTwilioWebhook } from './twilio.webhook.js';

const HEARD_AT = '2026-03-01T10:00:00.000Z';
const parser = createTwilioWebhook({ now: () => Date.parse(HEARD_AT) });
const parsed = (fields: Readonly<Record<string, string>>, url = callbackUrl) => {
  const { rawBody, headers } = signed(fields);
  return parser.parse(rawBody, { headers, url });
};
const SID = `SM${'a'.repeat(32)}`;
const status = (MessageStatus: string, more: Readonly<Record<string, string>> = {}) =>
  parsed({ MessageSid: SID, From: '+14155552345', To: '+14155552346', MessageStatus, ...more });

describe('Twilio’s status callbacks', () => {
  it.each(['queued', 'sent', 'delivered', 'undelivered', 'failed'])(
    'status-%s becomes its fact, with our ids',
    (name) => {
      const { facts, faults, inbound } = parsed(sample(`status-${name}`).body);
      expect({ faults, inbound }).toEqual({ faults: [], inbound: undefined });
      expect(facts).toMatchObject([
        {
          fact: sample(`status-${name}`).canonical,
          provider: 'twilio',
          channel: 'sms',
          occurredAt: HEARD_AT,
          providerEventId: `${SID}:${name}`,
          providerMessageId: SID,
          deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
          attempt: 1,
          tenantId: 'tenant-1',
        },
      ]);
      expect(JSON.stringify(facts)).not.toContain('+1415');
    },
  );

  it('whatsapp-read is a fact of WhatsApp, by the form of the addresses', () => {
    const { facts } = parsed(sample('whatsapp-read').body);
    expect(facts).toMatchObject([{ fact: 'read', provider: 'twilio_whatsapp', channel: 'whatsapp' }]);
  });

  it('knows a repeat by message and status, so that a late one of another status is no repeat', () => {
    const ids = ['sent', 'delivered', 'undelivered', 'sent'].map((name) => status(name).facts[0]?.providerEventId);
    expect(ids).toEqual([`${SID}:sent`, `${SID}:delivered`, `${SID}:undelivered`, `${SID}:sent`]);
  });

  it('gives numbers their words, and keeps one it has no word for', () => {
    const code = (ErrorCode: string) => status('undelivered', { ErrorCode }).facts[0]?.code;
    expect(['30003', '30006', '63016', '39999', '0', 'prose'].map(code)).toEqual([
      'unreachable',
      'landline',
      'outside_window',
      'twilio_39999',
      undefined,
      undefined,
    ]);
    expect(status('failed', { ErrorMessage: 'PROSE' }).facts[0]).not.toHaveProperty('code');
  });

  it('takes accepted and scheduled for queued, sending for sent, canceled for failed, and keeps what it does not know', () => {
    const facts = ['accepted', 'scheduled', 'sending', 'canceled', 'partially_delivered'].map(
      (name) => status(name).facts[0],
    );
    expect(facts.map((fact) => fact?.fact)).toEqual(['queued', 'queued', 'sent', 'failed', 'other']);
    expect(facts[4]?.unknownEvent).toBe('partially_delivered');
  });

  it('names nothing of ours where the address says nothing, or says it twice', () => {
    const named = (url: string) => parsed(sample('status-sent').body, url).facts[0]?.deliveryId;
    expect(named('https://hooks.sender.test/webhooks/twilio')).toBeUndefined();
    expect(named('https://hooks.sender.test/webhooks/twilio?d=a.1&d=b.1')).toBeUndefined();
    expect(parser.parse(signed(sample('status-sent').body).rawBody).facts).toHaveLength(1);
  });

  it.each([
    ['no form of Twilio’s', { a: 'b' }, 'message_sid_missing'],
    ['no status', { MessageSid: SID, From: '+1', To: '+1' }, 'status_missing'],
    [
      'a channel nobody sends on here',
      { MessageSid: SID, From: 'messenger:1', To: 'messenger:2' },
      'channel_not_served',
    ],
  ])('calls %s a fault', (_name, fields, code) => {
    expect(parsed(fields as Record<string, string>).faults).toMatchObject([{ index: -1, code }]);
  });
});

describe('what people write to Twilio’s numbers', () => {
  it('is handed on', () => {
    const { facts, inbound } = parsed(sample('inbound-sms').body);
    expect(facts).toEqual([]);
    expect(inbound).toMatchObject([
      {
        kind: 'message',
        provider: 'twilio',
        channel: 'sms',
        providerEventId: `${SID}:received`,
        from: '+14155552346',
        to: '+14155552345',
        text: 'Sounds good, call me',
      },
    ]);
    expect(inbound?.[0]).not.toHaveProperty('keyword');
  });

  it('is taken for what Twilio itself took it for', () => {
    expect(parsed(sample('inbound-stop').body).inbound).toMatchObject([{ keyword: 'stop', text: 'STOP' }]);
    const word = (OptOutType: string) => parsed({ ...sample('inbound-sms').body, OptOutType }).inbound?.[0]?.keyword;
    expect(['START', 'HELP', 'OTHER'].map(word)).toEqual(['start', 'help', undefined]);
  });

  it('by WhatsApp is without prefix, and names the message it answers', () => {
    const written = {
      ...sample('inbound-sms').body,
      From: 'whatsapp:+14155552346',
      To: 'whatsapp:+14155238886',
      OriginalRepliedMessageSid: SID,
    };
    expect(parsed(written).inbound).toMatchObject([
      { provider: 'twilio_whatsapp', channel: 'whatsapp', from: '+14155552346', to: '+14155238886', inReplyTo: SID },
    ]);
  });

  it('is answered with TwiML that says nothing', () => {
    expect(parser.answers?.stored).toMatchObject({ status: 200, contentType: 'text/xml' });
    expect(parser.answers?.stored?.body).toContain('<Response/>');
    expect(parser.answers).toMatchObject({ forged: 403, notStored: 503 });
  });
});
