import { describe, expect, it } from '@jest/globals';
import { examineGate } from './gate.examination.js';
import { found, noteOf } from './looking.fixture.js';
import { examineWebhooks } from './webhook.examination.js';
import { examineProviders } from './provider.examination.js';
import { examineRights } from './rights.examination.js';

describe('rights', () => {
  const looked = (lacking: Record<string, string>[]) =>
    examineRights({
      ...{ needs: 'vault', role: 'vault_intake', rights: { 'vault.sealed_request': ['select', 'insert'] } },
      ask: (statement) => {
        expect(statement).toContain("('vault.sealed_request', 'select'), ('vault.sealed_request', 'insert')");
        return Promise.resolve(lacking);
      },
    });

  it('that are there', async () => {
    expect(await found(looked([]))).toEqual([]);
    expect(await noteOf(looked([]))).toBe('2 looked at');
  });
  it('ROLE_RIGHTS_MISSING', async () =>
    expect(await found(looked([{ t: 'vault.sealed_request', r: 'insert' }]))).toEqual([
      'ROLE_RIGHTS_MISSING fail: insert on vault.sealed_request',
    ]));
});

describe('the gate', () => {
  const looked = (...open: number[]) =>
    examineGate(
      { heldBack: () => Promise.resolve(['a', 'b', 'c']), letThrough: () => Promise.resolve(open.shift() ?? 0) },
      ['vault'],
    );

  it('that knows all', async () => {
    expect(await found(looked(0))).toEqual([]);
    expect(await noteOf(looked(0))).toBe('knows all 3 addresses held back');
  });
  it('GATE_BEHIND', async () => expect(await found(looked(2, 2))).toEqual(['GATE_BEHIND fail: 2 of 3 addresses']));
  it('of which one was released at this moment is not behind', async () =>
    expect(await found(looked(1, 0))).toEqual([]));
});

describe('providers', () => {
  const count = (kind: string, calls: number) =>
    `homing_provider_call_seconds_count{provider="sendgrid",channel="email",outcome="rejected",class="${kind}"} ${calls}`;
  const looked = (...lines: string[]) =>
    found(examineProviders(() => Promise.resolve(lines.join('\n')), 'channel-gateway'));

  it('PROVIDER_REFUSES_LOGIN', async () =>
    expect(await looked(count('auth', 4), count('retryable', 9))).toEqual([
      'PROVIDER_REFUSES_LOGIN fail: sendgrid: 4 calls',
    ]));
  const share = (provider: string, channel: string, part: number) =>
    `homing_provider_share{provider="${provider}",channel="${channel}"} ${part}`;

  it('PROVIDER_STOPPED: told where others stand in, a failure where nobody does', async () => {
    expect(
      await looked(share('sendgrid', 'email', 0), share('mailgun', 'email', 0.05), share('twilio', 'sms', 1)),
    ).toEqual(['PROVIDER_STOPPED warn: email: sendgrid']);
    expect(await looked(share('sendgrid', 'email', 1), share('twilio', 'sms', 0))).toEqual([
      'PROVIDER_STOPPED fail: sms: twilio',
    ]);
  });

  it('RATE_TOO_LOW: for two minutes, not in a burst', async () => {
    const short = (seconds: number) => `homing_provider_turns_short_seconds{provider="twilio"} ${seconds}`;
    expect(await looked(short(119))).toEqual([]);
    expect(await looked(short(300.4))).toEqual(['RATE_TOO_LOW warn: twilio: for 300 s']);
  });

  it('that reject for other reasons, and a gateway that called none, have no fault', async () => {
    expect(await looked(count('permanent', 4), count('auth', 0))).toEqual([]);
    expect(await looked()).toEqual([]);
  });
});

describe('webhooks', () => {
  const keys = (provider: string, count: number) => `homing_webhook_keys{provider="${provider}"} ${count}`;
  const sends = (provider: string) => `homing_provider_share{provider="${provider}",channel="any"} 1`;
  const looked = (heard: string[], ...gateways: string[][]) =>
    found(
      examineWebhooks(
        {
          ingestion: () => Promise.resolve(heard.join('\n')),
          gateways: () => Promise.resolve(gateways.map((lines) => lines.join('\n'))),
        },
        [],
      ),
    );

  it('WEBHOOKS_WITHOUT_KEY: of providers in use that could tell something, on whichever gateway', async () => {
    const heard = [keys('sendgrid', 1), keys('meta', 0), keys('mailchimp', 0), keys('brevo', 0)];
    expect(
      await looked(heard, [sends('sendgrid'), sends('contact_form'), sends('linkedin')], [sends('messenger')]),
    ).toEqual(['WEBHOOKS_WITHOUT_KEY warn: messenger: /webhooks/meta']);
    expect(await looked(heard, [sends('mandrill')])).toEqual([
      'WEBHOOKS_WITHOUT_KEY warn: mandrill: /webhooks/mailchimp',
    ]);
    expect(await looked([keys('sendgrid', 1)], [sends('sendgrid')])).toEqual([]);
    expect(await looked([keys('email-delivery', 0), keys('email-status', 1)], [sends('generic_email')])).toEqual([]);
    // Of another release: it does not say.
    expect(await looked([], [sends('sendgrid')])).toEqual([]);
  });

  it('WEBHOOKS_FORGED: a burst, not one', async () => {
    const forged = (count: number) => `homing_webhooks_forged_recently{provider="mailgun"} ${count}`;
    expect(await looked([forged(19)])).toEqual([]);
    expect(await looked([forged(20)])).toEqual(['WEBHOOKS_FORGED warn: mailgun: 20 within ten minutes']);
  });
});
