// One message through every channel there is. Real: the shipped processes over TCP, each provider by its own code or SDK. Played: the
// providers and the people, by the simulator; its ledger says what was sent, and through whom.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalStack, until, type LedgerLine } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

const MAIL = ['sendgrid', 'brevo', 'mailgun', 'mandrill'];
const channels = {
  email: MAIL.join(),
  sms: 'twilio',
  whatsapp: 'whatsapp_cloud',
  facebook: 'messenger',
  instagram: 'instagram',
  twitter: 'x_dm',
  linkedin: 'linkedin',
  contact_form: 'contact_form',
};
const CHANNEL_PROVIDERS = Object.entries(channels)
  .map((each) => each.join(':'))
  .join(';');
let stack: LocalStack;
beforeAll(async () => {
  stack = await LocalStack.start({ environment: { CHANNEL_PROVIDERS, DECISION_WAIT_MS: '30000' } });
}, 300_000);
afterAll(() => stack.stop(), 300_000);

/** At whatever hour this runs: what is critical waits for no morning. */
const request = (channel: string, address: string, content?: object) => ({
  recipient: { id: `id-of-${address}`, contacts: { [channel === 'contact_form' ? 'contactForm' : channel]: address } },
  content: content ?? { literal: { [channel]: { subject: 'A word', text: 'Hello.' } } },
  urgency: 'critical',
});

/** The id of an outreach that is to be sent by this channel. */
async function write(channel: string, address: string, content?: object): Promise<string> {
  const { status, body } = await stack.api.send(request(channel, address, content));
  expect({ status, body }).toMatchObject({ status: 202, body: { status: 'scheduled', channel } });
  return String(body['outreachId']);
}

/** Why it is not sent. */
async function refused(channel: string, address: string): Promise<string> {
  const { status, body } = await stack.api.send(request(channel, address));
  expect({ status, body }).toMatchObject({ status: 202, body: { status: 'refused' } });
  return JSON.stringify(body['refusal']);
}

/** Once the outreach, or its message, is there; `told` as a failure shows it. */
async function reached(id: string, state: string) {
  let told = '';
  return until(
    async () => {
      const outreach = await stack.api.outreach(id);
      told = JSON.stringify(outreach);
      return [outreach?.state, outreach?.deliveries[0]?.state].includes(state) && outreach;
    },
    () => `${id} to be ${state}: ${told}`,
    60_000,
  );
}

const sentTo = async (address: string) => (await stack.ledger()).filter(({ to }) => to === address);
/** What the ledger has of it, once there is anything. */
async function taken(address: string): Promise<LedgerLine[]> {
  return until(
    async () => {
      const lines = await sentTo(address);
      return lines.length > 0 && lines;
    },
    `${address} to be sent something`,
    60_000,
  );
}

interface Item {
  readonly class: string;
  readonly outreachId?: string;
}
/** What somebody wrote, once it lies in the inbox. */
async function heard(query: string): Promise<Item> {
  return until(
    async () => (await stack.api.get<{ items: Item[] }>(`/inbound?${query}`)).body.items[0],
    `what was written (${query}) to be in the inbox`,
    60_000,
  );
}

describe('email', () => {
  it('goes through each provider in its turn, and is opened', async () => {
    const by: string[] = [];
    for (const _ of MAIL) {
      const to = someone('opens');
      const { body } = await stack.api.send(emailRequest(to, { urgency: 'critical' }));
      await reached(String(body['outreachId']), 'opened');
      const [line, ...others] = await sentTo(to);
      expect(others).toEqual([]);
      by.push(String(line?.['provider']));
      // Whoever took it refuses our key from now on: the next one takes what comes.
      await stack.behave({ errorRates: { 401: 1 } }, by);
    }
    expect(by.toSorted()).toEqual(MAIL.toSorted());
  });
});

describe('a text message', () => {
  it('that is answered counts as answered, and the answer lies in the inbox', async () => {
    const id = await write('sms', '+4915112345643');
    await reached(id, 'responded');
    expect(await heard(`channel=sms&outreachId=${id}`)).toMatchObject({ class: 'reply', outreachId: id });
  });

  it('that is answered with STOP is the last one', async () => {
    const to = '+4915112345644';
    const id = await write('sms', to);
    expect(await heard('channel=sms&class=opt_out')).toMatchObject({ outreachId: id });
    expect(await refused('sms', to)).toContain('suppressed');
    expect(await sentTo(to)).toHaveLength(1);
  });
});

describe('WhatsApp', () => {
  it('begins with a template, which is read', async () => {
    const data = { business_name: 'Bakery', demo_url: 'https://demo.test/1', first_name: 'Robin' };
    const id = await write('whatsapp', '+4915112345742', { templateId: 'whatsapp_intro', data });
    await reached(id, 'read');
  });

  it('carries no free text to who never wrote', async () => {
    expect(await refused('whatsapp', '+4915112345842')).toContain('template_needed');
  });
});

describe('a direct message on X', () => {
  it('is sent and read', async () => {
    await reached(await write('twitter', '1500000000000000042'), 'read');
    expect(await sentTo('1500000000000000042')).toMatchObject([{ provider: 'x_dm' }]);
  });
});

describe.each([
  ['Messenger', 'facebook', 'page', '5275811702471842', 'META_APP_SECRET'],
  ['Instagram', 'instagram', 'instagram', '6275811702471842', 'INSTAGRAM_APP_SECRET'],
])('%s', (_name, channel, object, person, secret) => {
  it('answers who has written, and nobody else', async () => {
    expect(await refused(channel, person)).toContain('no_inbound_message');

    const at = Date.now();
    const said = { message: { mid: `m_${person}`, text: 'Are you open?' }, timestamp: at };
    const messaging = [{ sender: { id: person }, recipient: { id: '200100000000000' }, ...said }];
    const body = JSON.stringify({ object, entry: [{ id: '200100000000000', time: at, messaging }] });
    const key = stack.environmentOf('webhook-ingestion')[secret] ?? '';
    const signature = createHmac('sha256', key).update(body).digest('hex');
    const { WEBHOOK_URL } = stack.environmentOf('provider-simulator');
    const told = await fetch(`${WEBHOOK_URL}/webhooks/meta`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
      body,
    });
    expect(told.status).toBe(200);
    expect((await heard(`channel=${channel}`)).class).toBe('other');

    await reached(await write(channel, person), 'read');
    expect(await sentTo(person)).toHaveLength(1);
  });
});

interface Task {
  readonly id: string;
  readonly reason: string;
  readonly outreachId: string;
}
/** The open task that an outreach has become. */
const taskOf = (outreachId: string): Promise<Task> =>
  until(
    async () => {
      const { body } = await stack.api.get<{ items: Task[] }>('/assisted-tasks?limit=100');
      return body.items.find((task) => task.outreachId === outreachId);
    },
    'the task to be listed',
    60_000,
  );

describe('LinkedIn', () => {
  it('is a person’s to send: listed, opened, and sent once they say so', async () => {
    const member = 'https://www.linkedin.com/in/robin';
    const id = await write('linkedin', member);
    const task = await taskOf(id);
    expect(task.reason).toBe('partners_only');
    const opened = await stack.api.get(`/assisted-tasks/${task.id}`);
    expect(opened).toMatchObject({ status: 200, body: { message: { to: { address: member }, text: 'Hello.' } } });
    const done = await stack.api.post(`/assisted-tasks/${task.id}/done`);
    expect(done).toMatchObject({ status: 200, body: { state: 'sent', repeated: false } });
    await reached(id, 'sent');
    expect(await stack.api.post(`/assisted-tasks/${task.id}/done`)).toMatchObject({ status: 409 });
  });
});

describe('a contact form', () => {
  const site = (page: string) => `${stack.env['SIMULATOR_URL']}/site/${page}/every-channel`;

  it.each(['csrf', 'multipart'])('%s: is filled in and submitted once', async (page) => {
    const id = await write('contact_form', site(page));
    // Taken by the site, and there is nobody who could tell more.
    await reached(id, 'sent');
    expect(await taken(site(page))).toMatchObject([{ provider: 'contact_form', args: { page } }]);
  });

  it('with a captcha is a person’s to fill in', async () => {
    const id = await write('contact_form', site('captcha'));
    expect((await taskOf(id)).reason).toBe('captcha');
    expect(await sentTo(site('captcha'))).toEqual([]);
  });
});
