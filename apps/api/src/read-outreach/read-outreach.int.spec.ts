import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReadModelConnection } from '@homing/read-model';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { at, type EmailStory, emailStory, StoryProjector } from '../story.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;
let stranger: TestTenant;
let system: ReadModelConnection;
let projector: StoryProjector;
let campaignKey: string;
const actor = 'test';

beforeAll(async () => {
  stack = await startApiStack();
  [tenant, stranger] = await Promise.all([stack.newTenant(), stack.newTenant()]);
  const { tenantId } = tenant;
  campaignKey = (
    await stack.registry.putCampaign({ actor, tenantId, campaignId: 'spring', name: 'Spring', currency: 'EUR' })
  ).id;
  system = stack.read.connect('system');
  projector = await StoryProjector.start(system);
});
afterAll(() => stack.stop());

const get = async (path: string, key = tenant.key) => {
  const answer = await fetch(`${stack.service.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const itemsOf = (body: Record<string, unknown>) => body['items'] as { outreachId: string; state: string }[];

/** Taken in through the API, so that the vault knows it, and then told on in events. */
async function taken(
  own: { second?: number; recipientId?: string; campaign?: boolean; campaignId?: string; of?: TestTenant } = {},
): Promise<EmailStory> {
  const { of = tenant, recipientId = randomUUID(), second = 0 } = own;
  const answer = await fetch(`${stack.service.url}/api/v1/outreach/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${of.key}`, 'content-type': 'application/json', prefer: 'respond-async' },
    body: JSON.stringify({
      ...(own.campaignId ? { campaignId: own.campaignId } : {}),
      recipient: { id: recipientId, contacts: { email: `someone-${recipientId}@example.test` } },
      content: { literal: { email: { subject: 'Hello', text: 'A word' } } },
    }),
  });
  const { outreachId } = (await answer.json()) as { outreachId: string };
  const [record] = await stack.intakeRecords([outreachId]);
  return emailStory({
    outreachId,
    tenantId: of.tenantId,
    personId: record?.personId ?? '',
    acceptedAt: at(second),
    ...(own.campaign ? { campaignKey } : {}),
  });
}

describe('one outreach', () => {
  it('shows deliveries, attempts, timeline and why, as the document says, with the address masked', async () => {
    const story = await taken();
    await projector.tell(story, [
      ...story.intake,
      story.started(),
      story.accepted(),
      story.fact('delivered'),
      story.fact('opened'),
      story.settled('delivered'),
    ]);
    const { status, body } = await get(`/outreach/${story.outreachId}`);
    expect([status, faultsAgainst('Outreach', body)]).toEqual([200, []]);
    expect(body).toMatchObject({
      outreachId: story.outreachId,
      state: 'opened',
      channelUsed: 'email',
      outcome: 'delivered',
      deliveries: [
        {
          channel: 'email',
          state: 'opened',
          attempts: [
            { attempt: 1, state: expect.any(String), provider: 'sendgrid', providerMessageId: expect.any(String) },
          ],
        },
      ],
      explanation: {
        sentence: expect.stringContaining('Sending by email at once'),
        ranked: [{ channel: 'email', rank: 1 }],
      },
    });
    expect((body['timeline'] as { transition: string }[]).map((event) => event.transition)).toEqual([
      'requested',
      'decided',
      'scheduled',
      'attempt_started',
      'queued',
      'delivered',
      'opened',
      'settled',
    ]);
    expect(JSON.stringify(body)).not.toContain('someone-');
    expect(JSON.stringify(body['recipient'])).toContain('*');
  });

  it('shows a refusal with its step and sentence, and a rejection with its code', async () => {
    const refused = await taken();
    await projector.tell(refused, [refused.requested, refused.refused('budget', 'over_budget')]);
    const shown = await get(`/outreach/${refused.outreachId}`);
    expect(faultsAgainst('Outreach', shown.body)).toEqual([]);
    expect(shown.body).toMatchObject({
      state: 'refused',
      reason: 'over_budget',
      explanation: {
        sentence: 'Not contacted: the budget step refused (over budget).',
        refusal: { step: 'budget', reason: 'over_budget' },
      },
    });
    const rejected = await taken();
    await projector.tell(rejected, [
      ...rejected.intake,
      rejected.started(),
      rejected.rejected('http_503'),
      rejected.retry(),
    ]);
    const { body } = await get(`/outreach/${rejected.outreachId}`);
    expect(faultsAgainst('Outreach', body)).toEqual([]);
    expect(body['timeline']).toContainEqual(
      expect.objectContaining({ transition: 'rejected', code: 'http_503', class: 'retryable', attempt: 1 }),
    );
  });

  it('is not there for another tenant, neither taken in nor told on, and neither is an id that is none', async () => {
    const [fresh, told] = [await taken(), await taken()];
    await projector.tell(told, told.intake);
    for (const { outreachId } of [fresh, told]) {
      expect((await get(`/outreach/${outreachId}`)).status).toBe(200);
      expect(await get(`/outreach/${outreachId}`, stranger.key)).toMatchObject({
        status: 404,
        body: { type: 'urn:homing:problem:not_found' },
      });
    }
    expect((await get(`/outreach/${randomUUID()}`)).status).toBe(404);
    expect((await get('/outreach/not-an-id')).status).toBe(404);
  });
});

describe('the list', () => {
  it('gives every outreach once over its pages, newest first, of its tenant only', async () => {
    const own = await stack.newTenant();
    const stories = await Promise.all(Array.from({ length: 7 }, (_, n) => taken({ of: own, second: n })));
    for (const story of stories) await projector.tell(story, story.intake);
    const seen: string[] = [];
    for (let path = '/outreach?limit=3'; path;) {
      const { body } = await get(path, own.key);
      expect(faultsAgainst('OutreachPage', body)).toEqual([]);
      seen.push(...itemsOf(body).map((item) => item.outreachId));
      path = body['nextCursor'] ? `/outreach?limit=3&cursor=${String(body['nextCursor'])}` : '';
    }
    expect(seen).toEqual(stories.map((story) => story.outreachId).reverse());
  });

  it('is narrowed by recipient, campaign and state', async () => {
    const recipientId = `crm ${randomUUID()}`;
    const [mine, spring] = [await taken({ recipientId }), await taken({ campaign: true })];
    await projector.tell(mine, [mine.requested, mine.refused('dedup', 'recent_contact')]);
    await projector.tell(spring, spring.intake);
    const ids = async (query: string, key?: string) =>
      itemsOf((await get(`/outreach?${query}`, key)).body).map((item) => item.outreachId);
    const recipient = `recipientId=${encodeURIComponent(recipientId)}`;
    expect(await ids(recipient)).toEqual([mine.outreachId]);
    expect(await ids('campaignId=spring')).toEqual([spring.outreachId]);
    expect(await ids(`${recipient}&state=refused`)).toEqual([mine.outreachId]);
    expect(await ids(`${recipient}&state=delivered`)).toEqual([]);
    expect(await ids('recipientId=nobody')).toEqual([]);
    expect(await ids('campaignId=nothing')).toEqual([]);
    expect(await ids(recipient, stranger.key)).toEqual([]);
    expect(await ids('campaignId=spring', stranger.key)).toEqual([]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=many', 'limit'],
    ['state=lost', 'state'],
    ['cursor=abc', 'cursor'],
    ['recipient=r1', 'recipient'],
    ['state=sent&state=failed', 'state'],
  ])('%s is refused by name', async (query, field) => {
    const { status, body } = await get(`/outreach?${query}`);
    expect([status, (body['errors'] as { field: string }[])[0]?.field]).toEqual([422, field]);
  });
});

describe('what is counted and what is open', () => {
  it("a campaign's counts add up, and another tenant's campaign is not there", async () => {
    const own = await stack.newTenant();
    const campaign = await stack.registry.putCampaign({
      actor,
      tenantId: own.tenantId,
      campaignId: 'x',
      name: 'X',
      currency: 'EUR',
    });
    const stories = await Promise.all([0, 1, 2].map(() => taken({ of: own })));
    const [sent, refused, open] = stories.map((story) => emailStory({ ...story.told, campaignKey: campaign.id }));
    if (!sent || !refused || !open) throw new Error('three stories');
    await projector.tell(sent, [
      ...sent.intake,
      sent.started(),
      sent.accepted(),
      sent.fact('delivered'),
      sent.settled('delivered'),
    ]);
    await projector.tell(refused, [refused.requested, refused.refused('budget', 'over_budget')]);
    await projector.tell(open, [...open.intake, open.started(), open.unknown()]);
    const { body } = await get('/outreach/campaigns/x/status', own.key);
    expect(faultsAgainst('CampaignStatus', body)).toEqual([]);
    expect(body).toMatchObject({
      campaignId: 'x',
      audience: 3,
      sent: 1,
      refused: 1,
      unknown: 1,
      pending: 0,
      completed: false,
    });
    expect((await get('/outreach/campaigns/x/status')).status).toBe(404);
    const unknown = await get('/unknown-outcomes', own.key);
    expect(faultsAgainst('UnknownOutcomePage', unknown.body)).toEqual([]);
    expect(itemsOf(unknown.body)).toMatchObject([{ outreachId: open.outreachId, attempt: 1, provider: 'sendgrid' }]);
    expect(itemsOf((await get('/unknown-outcomes', stranger.key)).body)).toEqual([]);
  });

  it('a campaign is not completed while one that was acknowledged is not decided yet', async () => {
    const own = await stack.newTenant();
    const campaign = { actor, tenantId: own.tenantId, campaignId: 'y', name: 'Y', currency: 'EUR' };
    const { id } = await stack.registry.putCampaign(campaign);
    const status = async () => (await get('/outreach/campaigns/y/status', own.key)).body;
    const settle = async (story: EmailStory) => {
      const of = emailStory({ ...story.told, campaignKey: id });
      await projector.tell(of, [
        ...of.intake,
        of.started(),
        of.accepted(),
        of.fact('delivered'),
        of.settled('delivered'),
      ]);
    };
    const [first, second] = [await taken({ of: own, campaignId: 'y' }), await taken({ of: own, campaignId: 'y' })];
    expect(await status()).toMatchObject({ audience: 2, pending: 2, states: { accepted: 2 }, completed: false });
    await settle(first);
    expect(await status()).toMatchObject({ audience: 2, sent: 1, pending: 1, completed: false });
    await settle(second);
    expect(await status()).toMatchObject({ audience: 2, sent: 2, pending: 0, completed: true });
  });
});
