// One message through every provider there is, those of a channel in turn, and what its webhooks say of it; then accounts whose keys
// tenants keep by API. Real: the shipped processes over TCP, each provider by its own code or SDK, mail over SMTP. Played: the providers
// and the people; the simulator's ledger says through whom each message left.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiClient, LocalStack, until } from '@homing/testing/local-stack';
import { someone } from './requests.fixture.js';
import { keepAccount as keep, secondTenant, secretOf as secret, TextbeeCaller } from './webhook-accounts.fixture.js';

/** Micros of one message, by channel: no two the same. */
const PRICES = { email: 900, sms: 70_000, whatsapp: 80_000, twitter: 11_000, linkedin: 12_000 };
type Sold = keyof typeof PRICES;
/** In the order they are asked in: whoever has sent its message refuses our key from then on, and the next one sends. */
const CHANNELS: Record<Sold, readonly string[]> = {
  email: ['mailgun', 'brevo', 'mandrill', 'generic_email', 'smtp'],
  sms: ['twilio', 'textbee', 'generic_sms'],
  whatsapp: ['whatsapp_cloud', 'twilio_whatsapp', 'generic_whatsapp'],
  twitter: ['x_dm'],
  linkedin: ['linkedin'],
};
const CHANNEL_PROVIDERS = Object.entries(CHANNELS)
  .map(([channel, providers]) => `${channel}:${providers.join()}`)
  .join(';');

let stack: LocalStack;
beforeAll(async () => {
  const environment = { CHANNEL_PROVIDERS, SANDBOX_LINKEDIN_PARTNER: 'true', DECISION_WAIT_MS: '30000' };
  stack = await LocalStack.start({ environment });
  const prices = Object.entries(PRICES).map(([channel, micros]) => [channel, { micros, currency: 'EUR' }]);
  const set = await put('/policies', { prices: Object.fromEntries(prices) });
  expect(set).toMatchObject({ status: 200 });
  sendAll();
}, 300_000);
afterAll(() => stack.stop(), 300_000);

const put = (path: string, body: object) =>
  stack.api.call(`/api/v1${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const LITERAL = {
  subject: 'A word',
  html: '<p>Hello. <a href="https://demo.test/page">Look</a></p>',
  text: 'Hello. https://demo.test/page',
};
const WHATSAPP = {
  templateId: 'whatsapp_intro',
  data: { business_name: 'Bakery', demo_url: 'https://demo.test/1', first_name: 'Robin' },
};
const contentOf = (channel: Sold) => {
  if (channel === 'whatsapp') return WHATSAPP;
  return { literal: { [channel]: channel === 'email' ? LITERAL : { text: LITERAL.text } } };
};

/** Asks for one message of a campaign of its own, which must be in the end what it is said to be. */
async function write(channel: Sold, campaignId: string, to: string, state: string): Promise<void> {
  const made = await stack.api.post('/campaigns', {
    campaignId,
    settings: { budget: { totalMicros: 1_000_000_000 } },
  });
  expect(made.status).toBeLessThan(300);
  const { status, body } = await stack.api.send({
    campaignId,
    recipient: { id: `id-of-${to}`, contacts: { [channel]: to } },
    content: contentOf(channel),
    urgency: 'critical',
  });
  expect({ status, body }).toMatchObject({ status: 202, body: { status: 'scheduled', channel } });
  let told = '';
  await until(
    async () => {
      const outreach = await stack.api.outreach(String(body['outreachId']));
      told = JSON.stringify(outreach);
      return outreach?.deliveries[0]?.state === state;
    },
    () => `${to} to be ${state}: ${told}`,
    60_000,
  );
}

/** What a campaign has paid, once nothing is reserved any more. */
const paid = (campaignId: string): Promise<number> =>
  until(
    async () => {
      const { body } = await stack.api.get<{ total: { reservedMicros: number; spentMicros: number } }>(
        `/budgets/${campaignId}`,
      );
      return body.total.reservedMicros === 0 && body.total.spentMicros > 0 && body.total.spentMicros;
    },
    `${campaignId} to have paid`,
    60_000,
  );

/** To whom the n-th message of a channel goes, and what its webhooks make of it in the end. */
const WANTED: Record<Sold, { readonly to: (n: number) => string; readonly state: string }> = {
  // Over SMTP by a picture and a redirect of our own.
  email: { to: () => someone('clicks'), state: 'clicked' },
  sms: { to: (n) => `+491511234601${n}`, state: 'delivered' },
  whatsapp: { to: (n) => `+491511234${n}142`, state: 'read' },
  twitter: { to: (n) => `150000000000000${n}142`, state: 'read' },
  // By a partner's token: nobody says more than that it was taken.
  linkedin: { to: () => 'urn:li:person:robin', state: 'queued' },
};
const SOLD = Object.keys(PRICES) as Sold[];

/** As many messages as the channel has providers: whoever has sent one refuses our key from then on. Resolves with who sent them. */
async function sendThroughEach(channel: Sold): Promise<string[]> {
  const by: string[] = [];
  for (const n of CHANNELS[channel].keys()) {
    const to = WANTED[channel].to(n);
    await write(channel, `${channel}-${n}`, to, WANTED[channel].state);
    const lines = (await stack.ledger()).filter((line) => line.to === to);
    expect(lines).toHaveLength(1);
    expect(await paid(`${channel}-${n}`)).toBe(PRICES[channel]);
    by.push(String(lines[0]?.['provider']));
    if (by.length < CHANNELS[channel].length) await stack.behave({ errorRates: { 401: 1 } }, by);
  }
  return by;
}

/** Channels side by side. */
const senders = new Map<Sold, Promise<string[]>>();
function sendAll(): void {
  for (const channel of SOLD) {
    const sending = sendThroughEach(channel);
    sending.catch(() => {});
    senders.set(channel, sending);
  }
}

describe.each(SOLD.flatMap((channel) => CHANNELS[channel].map((provider) => ({ channel, provider }))))(
  '$channel through $provider',
  ({ channel, provider }) => {
    it('is sent once, told of, and paid for once', async () => {
      expect(await senders.get(channel)).toContain(provider);
    });
  },
);

it('mail that a server gives back is bounced, and paid for', async () => {
  const to = someone('bounces');
  await stack.behave({}, ['smtp']);
  await stack.behave(
    { errorRates: { 401: 1 } },
    CHANNELS.email.filter((each) => each !== 'smtp'),
  );
  await write('email', 'given-back', to, 'bounced');
  expect((await stack.ledger()).filter((line) => line.to === to)).toMatchObject([{ provider: 'smtp' }]);
  expect(await paid('given-back')).toBe(PRICES.email);
});

interface Health {
  readonly provider: string;
  readonly account?: string;
  readonly keys: number;
  readonly valid: number;
  readonly forged: number;
}
const health = async (): Promise<readonly Health[]> =>
  (await stack.api.get<{ items: Health[] }>('/webhook-health')).body.items;

describe('the health of webhooks', () => {
  const words = ['mailgun', 'brevo', 'mailchimp', 'smtp', 'twilio', 'textbee', 'meta', 'x'];
  const generic = ['email-delivery', 'sms-whatsapp-delivery'];

  it('tells of every provider that was heard', async () => {
    const valid = async () => new Map((await health()).map((place) => [place.provider, place.valid]));
    let seen = await valid();
    const heard = () => [...words, ...generic].filter((word) => (seen.get(word) ?? 0) === 0);
    await until(
      async () => ((seen = await valid()), heard().length === 0),
      () => `webhooks of ${heard().join()} to be told of`,
      60_000,
    );
    expect((await health()).every(({ forged, keys }) => forged === 0 && keys > 0)).toBe(true);
  });
});

describe('an account whose keys a tenant keeps', () => {
  let theirs: ApiClient;
  let hooks: TextbeeCaller;
  beforeAll(async () => {
    theirs = await secondTenant(stack, 'bakery');
    hooks = new TextbeeCaller(stack);
  }, 60_000);

  const inbox = async (api: ApiClient) =>
    (await api.get<{ items: unknown[] }>('/inbound?channel=sms&limit=100')).body.items.length;

  it('speaks for that tenant alone, by its own key, from when the API has it', async () => {
    const before = await inbox(stack.api);
    expect(await hooks.hear('mine', 'k1')).toBe(404);
    expect(await keep(stack.api, 'textbee/mine', [{ id: 'k1', key: secret('k1') }])).toMatchObject({
      status: 200,
      body: { status: 'published', version: 1 },
    });
    expect((await keep(theirs, 'textbee/theirs', [{ id: 'k1', key: secret('other') }])).status).toBe(200);
    await hooks.heardAs(200, 'mine', 'k1');
    expect(await hooks.hear('mine', 'other')).toBe(401);
    await hooks.heardAs(200, 'theirs', 'other');
    expect(await hooks.hear('theirs', 'k1')).toBe(401);
    // One message each was let in.
    await until(
      async () => (await inbox(stack.api)) === before + 1 && (await inbox(theirs)) === 1,
      'both inboxes',
      60_000,
    );
    // Neither takes the other's name, nor sees it.
    expect((await keep(theirs, 'textbee/mine', [{ id: 'k1', key: secret('other') }])).status).toBe(409);
    expect((await theirs.get('/webhook-accounts/textbee/mine')).status).toBe(404);
    expect(await hooks.hear('mine', 'other')).toBe(401);
  }, 120_000);

  it('takes a new key beside the old one until that is retired, and never again after a restart', async () => {
    await keep(stack.api, 'textbee/mine', [{ id: 'k1' }, { id: 'k2', key: secret('k2') }]);
    await hooks.heardAs(200, 'mine', 'k2');
    expect(await hooks.hear('mine', 'k1')).toBe(200);
    await keep(stack.api, 'textbee/mine', [{ id: 'k2' }]);
    await hooks.heardAs(401, 'mine', 'k1');
    expect(await hooks.hear('mine', 'k2')).toBe(200);
    const { restarts = 0 } = stack.services()['webhook-ingestion'] ?? {};
    await stack.kill('webhook-ingestion');
    await stack.recovered('webhook-ingestion', restarts + 1);
    expect(await hooks.heardAs(401, 'mine', 'k1')).not.toContain(200);
    expect(await hooks.hear('mine', 'k2')).toBe(200);
  }, 120_000);

  it('is nobody’s once its keys are taken away', async () => {
    const gone = await stack.api.call('/api/v1/webhook-accounts/textbee/mine', { method: 'DELETE' });
    expect(gone).toMatchObject({ status: 200, body: { keys: [] } });
    await hooks.heardAs(404, 'mine', 'k2');
    expect(await hooks.hear('theirs', 'other')).toBe(200);
  }, 120_000);

  it('answers Meta by the word that was given with its address, and not by the installation’s', async () => {
    const keys = [
      { id: 'app', key: secret('meta-app') },
      { id: 'word', use: 'challenge', key: 'a-word-of-the-bakery' },
    ];
    expect((await keep(theirs, 'meta/bakery', keys)).status).toBe(200);
    const { META_VERIFY_TOKEN = '' } = stack.environmentOf('webhook-ingestion');
    const ask = async (account: string, word: string) => {
      const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.verify_token': word, 'hub.challenge': '4711' });
      const answer = await fetch(`${stack.env['WEBHOOK_URL']}/webhooks/meta${account}?${query}`);
      return [answer.status, (await answer.text()).slice(0, 4)];
    };
    await until(async () => (await ask('/bakery', 'a-word-of-the-bakery'))[0] === 200, 'the word to be known', 60_000);
    expect((await ask('/bakery', META_VERIFY_TOKEN))[0]).toBe(403);
    expect(await ask('', META_VERIFY_TOKEN)).toEqual([200, '4711']);
    expect((await ask('', 'a-word-of-the-bakery'))[0]).toBe(403);
  }, 120_000);

  it('is told of in the health of its tenant, and in nobody else’s', async () => {
    const accounts = async (api: ApiClient) =>
      (await api.get<{ items: Health[] }>('/webhook-health')).body.items.flatMap(({ account, ...place }) =>
        account === undefined ? [] : [{ account, ...place }],
      );
    // What the killed process had heard in its last seconds it may have told nobody.
    expect([await hooks.hear('theirs', 'other'), await hooks.hear('theirs', 'k1')]).toEqual([200, 401]);
    let told: readonly Health[] = [];
    await until(
      async () => {
        told = await accounts(theirs);
        return told.some((place) => place.account === 'theirs' && place.forged > 0 && place.valid > 0);
      },
      () => `the account to be told of: ${JSON.stringify(told)}`,
      60_000,
    );
    expect((await accounts(stack.api)).map(({ account }) => account)).not.toContain('theirs');
    expect((await accounts(theirs)).map(({ account }) => account)).not.toContain('mine');
  }, 120_000);
});
