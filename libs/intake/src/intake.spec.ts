import { describe, expect, it } from '@jest/globals';
import { createIdDeriver, readOutreachRequest, type Channel, type OutreachRequestDto } from '@homing/contracts';
import type { AcceptedRecord, AcceptItem, AcceptResult } from '@homing/vault/intake';
import type { Campaign, RegistryReader, Template, Tenant } from '@homing/vault/registry';
import { fromAcceptedRecord, fromErasedRecord, toDecisionInput } from './accepted-request.codec.js';
import type { IntakeItem, StoredDecisionInput } from './intake.types.js';
import { createIntake } from './request.intake.js';

const tenantId = '0a6f2c8e-6c0e-4b43-9d0c-000000000001';
const tenant: Tenant = {
  id: tenantId,
  name: 'Sandbox',
  status: 'active',
  sender: null,
  settings: {
    channels: { email: { templates: { greeting: 'welcome' } }, sms: { templates: { greeting: 'welcome' } } },
  },
  settingsVersion: 0,
};
const template = {
  id: 'b1f2c8e0-6c0e-4b43-9d0c-000000000002',
  tenantId,
  templateId: 'welcome',
  version: 3,
  bodies: { email: { text: 'Hi' } },
} as Partial<Template> as Template;
const campaign = {
  id: 'c1f2c8e0-6c0e-4b43-9d0c-000000000003',
  tenantId,
  campaignId: 'spring',
  status: 'paused',
} as Partial<Campaign> as Campaign;
const ids = createIdDeriver('5a7c1e56-3a5f-4f0e-9a44-7b1b6f1c1d10');

const registry: Pick<RegistryReader, 'findTenants' | 'findTemplates' | 'findCampaigns'> = {
  findTenants: (asked) => Promise.resolve(asked.map((id) => (id === tenantId ? tenant : undefined))),
  findTemplates: (asked) =>
    Promise.resolve(
      asked.map((ref) => (ref.templateId === 'welcome' && (ref.version ?? 3) === 3 ? template : undefined)),
    ),
  findCampaigns: (asked) => Promise.resolve(asked.map((ref) => (ref.campaignId === 'spring' ? campaign : undefined))),
};

function intakeOver(sealed: AcceptItem[], known: AcceptedRecord[] = []) {
  const acceptRequests = (batch: readonly AcceptItem[]): Promise<AcceptResult[]> => {
    sealed.push(...batch);
    return Promise.resolve(
      batch.map(({ outreachId, acceptedAt }) => ({
        kind: 'accepted',
        outreachId,
        personId: 'p',
        contacts: [],
        sealedRef: 'r',
        acceptedAt,
      })),
    );
  };
  const loadAccepted = (wanted: readonly string[]) =>
    Promise.resolve(known.filter((record) => wanted.includes(record.outreachId)));
  return createIntake({ vault: { acceptRequests, loadAccepted }, registry, ids });
}

function item(over: Record<string, unknown> = {}, of: Partial<IntakeItem> = {}): IntakeItem {
  const body = {
    recipient: { id: 'r-1', name: 'Ada', contacts: { email: 'ada@example.test' } },
    content: { templateId: 'welcome', data: { x: 1 } },
    ...over,
  };
  const reading = readOutreachRequest(body, { unknownFields: 'refuse' });
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.faults));
  return {
    tenantId,
    via: 'bus',
    source: 'crm',
    requestId: 'q-1',
    request: reading.request as OutreachRequestDto,
    receivedAt: '2026-05-01T10:00:00.000Z',
    ...of,
  };
}

describe('taking in', () => {
  it('seals what is sound, in order, and answers the faulty beside it', async () => {
    const sealed: AcceptItem[] = [];
    const results = await intakeOver(sealed).takeIn([
      item({}, { requestId: 'a' }),
      item({ campaignId: 'nowhere' }),
      item({}, { requestId: 'b' }),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['accepted', 'invalid', 'accepted']);
    expect(sealed.map((s) => s.outreachId)).toEqual([
      ids.outreachId(tenantId, 'crm', 'a'),
      ids.outreachId(tenantId, 'crm', 'b'),
    ]);
  });

  it.each([
    ['an unknown tenant', {}, { tenantId: '0a6f2c8e-6c0e-4b43-9d0c-0000000000ff' }, 'tenantId', 'unknown_tenant'],
    ['an unknown template', { content: { templateId: 'nope' } }, {}, 'content.templateId', 'unknown_template'],
    [
      'an unknown version',
      { content: { templateId: 'welcome', version: 9 } },
      {},
      'content.version',
      'unknown_template',
    ],
    ['an unknown campaign', { campaignId: 'nope' }, {}, 'campaignId', 'unknown_campaign'],
    ['no address', { recipient: { id: 'r', contacts: {} } }, {}, 'recipient.contacts', 'no_usable_address'],
    ['a deadline that has passed', { expiresAt: '2026-05-01T09:59:59Z' }, {}, 'expiresAt', 'deadline_passed'],
    [
      'a send time after the deadline',
      { sendAt: '2026-05-03T00:00:00Z', expiresAt: '2026-05-02T00:00:00Z' },
      {},
      'sendAt',
      'after_deadline',
    ],
    [
      'a sender of somebody else’s domain',
      { sender: { email: 'ceo@other.test' } },
      {},
      'sender.email',
      'sender_not_allowed',
    ],
    [
      'a step’s template that does not exist',
      { steps: [{ channel: 'email' }, { channel: 'email', template: 'nope' }] },
      {},
      'steps[1].template',
      'unknown_template',
    ],
    ['a sequence that does not exist', { sequence: 'nope' }, {}, 'sequence', 'unknown_sequence'],
  ])('refuses %s by its field and seals nothing', async (_what, body, of, field, code) => {
    const sealed: AcceptItem[] = [];
    const [result] = await intakeOver(sealed).takeIn([item(body, of)]);
    expect(result).toMatchObject({ kind: 'invalid', faults: [{ field, code }] });
    expect(sealed).toEqual([]);
  });

  it('keeps of own steps what is sent, how long each waits and for what, and of a sequence its version', async () => {
    const sealed: AcceptItem[] = [];
    const steps = [
      { channel: 'email', template: 'welcome', waitHours: 2, maxRetries: 1, retryDelayHours: 0.5 },
      { channel: 'auto', until: 'read', acceptUnknown: true },
    ];
    await intakeOver(sealed).takeIn([item({ steps }), item({ sequence: 'default_sequence' }, { requestId: 'b' })]);
    const requested = sealed.map(({ decisionInput }) => (decisionInput as StoredDecisionInput).requested);
    const content = { kind: 'template', templateUuid: template.id, version: 3 };
    expect(requested[0]).toMatchObject({
      strategy: 'fallback',
      steps: [
        {
          ...{ step: 1, channel: 'email', template: 'welcome', content, contentChannels: ['email'] },
          ...{ retry: { maxRetries: 1, delaysSeconds: [1800] }, waitHours: 2, until: 'answered' },
        },
        { step: 2, channel: 'auto', waitHours: 24, until: 'read', acceptUnknown: true },
      ],
    });
    expect(requested[0]?.steps?.[1]).not.toHaveProperty('content');
    // Of a named sequence a template that is not there leaves its step without content: it is passed over, no more.
    expect(requested[1]).toMatchObject({
      ...{ strategy: 'fallback', sequence: { name: 'default_sequence', version: 0 } },
      steps: [
        { channel: 'email', template: 'email_intro', contentChannels: [], waitHours: 24, retry: { maxRetries: 2 } },
        { channel: 'linkedin', template: 'linkedin_dm', waitHours: 48, retry: { maxRetries: 1 } },
        { channel: 'contact_form', template: 'contact_form_submit', retry: { maxRetries: 0 } },
      ],
    });
  });

  it('takes of a request that leaves its content to its type each channel’s template for it', async () => {
    const sealed: AcceptItem[] = [];
    const content = { data: { x: 1 } };
    const [result] = await intakeOver(sealed).takeIn([item({ content, messageType: 'greeting' })]);
    expect(result?.kind).toBe('accepted');
    const { requested, inputs } = sealed[0]?.decisionInput as StoredDecisionInput;
    expect(requested.content).toEqual({
      kind: 'by_channel',
      templates: { email: { templateUuid: template.id, version: 3 } },
    });
    // The sms template it names has no body for sms.
    expect(inputs.contentChannels).toEqual(['email']);
    const [other] = await intakeOver(sealed).takeIn([
      item({ content: { data: { x: 2 } }, messageType: 'greeting' }, { requestId: 'other' }),
    ]);
    expect(other?.kind).toBe('accepted');
    const keys = sealed.map(({ decisionInput }) => (decisionInput as StoredDecisionInput).requested.contentKey);
    expect(new Set(keys).size).toBe(2);
  });

  it('knows a message by its type, whichever templates the channels name for it by then', () => {
    const asked = item({ content: { data: { x: 1 } }, messageType: 'greeting' });
    const keyOf = (of: IntakeItem, ...channels: Channel[]) =>
      toDecisionInput(of, { byType: new Map(channels.map((channel) => [channel, template])) }, ids).requested
        .contentKey;
    expect(keyOf(asked, 'email', 'sms')).toBe(keyOf(asked, 'email'));
    expect(keyOf(item({ content: { data: { x: 1 } }, messageType: 'farewell' }), 'email')).not.toBe(
      keyOf(asked, 'email'),
    );
    expect(keyOf(item({ content: { data: { x: 2 } }, messageType: 'greeting' }), 'email')).not.toBe(
      keyOf(asked, 'email'),
    );
  });

  it('says of a WhatsApp template that names none that is approved that it is text', () => {
    const whatsapp = { text: 'Hello' };
    const named = { name: 'hello', language: 'en', parameters: [] };
    const freeText = (body: object | undefined) => {
      const own = { ...template, bodies: { ...template.bodies, ...(body ? { whatsapp: body } : {}) } };
      return toDecisionInput(item(), { template: own }, ids).inputs.freeText;
    };
    expect(freeText(whatsapp)).toEqual(['whatsapp']);
    expect(freeText({ ...whatsapp, providerTemplate: named })).toBeUndefined();
    expect(freeText(undefined)).toBeUndefined();
  });

  it('refuses a type that no channel has a template for, and nothing at all', async () => {
    const [result] = await intakeOver([]).takeIn([item({ content: {}, messageType: 'constructor' })]);
    expect(result).toMatchObject({ kind: 'invalid', faults: [{ field: 'messageType', code: 'no_template' }] });
    expect(() => item({ content: {} })).toThrow('exactly_one');
  });

  it('takes what was in time when it was offered, though its deadline passed before it was looked at', async () => {
    const waited = { offeredAt: '2026-05-01T09:00:00Z' };
    const sealed: AcceptItem[] = [];
    await intakeOver(sealed).takeIn([item({ expiresAt: '2026-05-01T09:59:59Z' }, waited)]);
    expect(sealed).toHaveLength(1);
  });

  it('answers a repeat as the first time, though its deadline has passed and its campaign is gone', async () => {
    const late = item({ expiresAt: '2026-05-01T09:00:00Z', campaignId: 'gone' });
    const known = { outreachId: ids.outreachId(tenantId, 'crm', 'q-1') } as AcceptedRecord;
    expect(await intakeOver([], [known]).takeIn([late])).toMatchObject([{ kind: 'accepted' }]);
  });

  it('takes a request for the same, wherever its names are given', async () => {
    const sealed: AcceptItem[] = [];
    await intakeOver(sealed).takeIn([item(), item({ requestId: 'q-1', tenantId })]);
    expect(sealed[0]?.request).toEqual(sealed[1]?.request);
  });

  it.each(['bus', 'api'] as const)(
    'takes by %s what is asked for a paused campaign: it is decided, and rests',
    async (via) => {
      const sealed: AcceptItem[] = [];
      const [result] = await intakeOver(sealed).takeIn([item({ campaignId: 'spring' }, { via })]);
      expect(result?.kind).toBe('accepted');
      expect(sealed[0]?.decisionInput).toMatchObject({ requested: { campaignKey: campaign.id, via } });
    },
  );

  it('leaves of a request whose person was erased whose it was, and what it counts for', async () => {
    const sealed: AcceptItem[] = [];
    await intakeOver(sealed).takeIn([item({ campaignId: 'spring', urgency: 'high' }, { via: 'api' })]);
    const { outreachId = '', decisionInput, acceptedAt = '' } = sealed[0] ?? {};
    const { messageType, strategy, urgency, content, via, campaignKey } = (decisionInput as StoredDecisionInput)
      .requested;
    const kept = { requested: { messageType, strategy, urgency, content, via, campaignKey }, inputs: {} };
    const of = {
      outreachId,
      tenantId,
      personId: 'p',
      contacts: [],
      acceptedAt,
      expiresAt: null,
      source: 'api',
      fed: false,
    };
    const erased = { ...of, decisionInput: kept, erased: true };
    const counted = { campaignKey: campaign.id, urgency: 'high', via: 'api', contacts: [], outreachId, tenantId };
    expect(fromErasedRecord(erased, 48)).toMatchObject({ ...counted, expiresAt: '2026-05-03T10:00:00.000Z' });
    expect(fromErasedRecord({ ...erased, decisionInput: null }, 48)).toMatchObject({
      via: 'api',
      contacts: [],
      outreachId,
    });
    expect(fromErasedRecord({ ...erased, erased: false }, 48)).toBeUndefined();
  });

  it('keeps nothing personal in the clear half', async () => {
    const sealed: AcceptItem[] = [];
    const secret = item({
      recipient: { id: 'canary-id', name: 'canary-name', contacts: { email: 'canary@example.test' } },
      subject: { type: 'lead', id: 'canary-subject' },
      metadata: { note: 'canary-note' },
    });
    await intakeOver(sealed).takeIn([secret]);
    expect(JSON.stringify(sealed[0]?.decisionInput)).not.toContain('canary');
    expect(JSON.stringify(sealed[0]?.request)).toContain('canary-note');
  });

  it('keeps what channels are chosen by: customer type, device, and the preferred channels in their order', async () => {
    const sealed: AcceptItem[] = [];
    const preferences = { channels: ['sms', 'email'] };
    const known = { customerType: 'existing', device: 'mobile' };
    const contacts = { email: 'ada@example.test' };
    await intakeOver(sealed).takeIn([item({ recipient: { id: 'r', contacts, preferences, ...known } }), item()]);
    const [said, unsaid] = sealed.map(({ decisionInput }) => decisionInput as StoredDecisionInput);
    expect(said).toMatchObject({ requested: known, inputs: { preferred: ['sms', 'email'] } });
    expect(unsaid?.inputs).not.toHaveProperty('preferred');
  });

  it('keeps the zone and the hours of a person; nothing where nothing is known', async () => {
    const sealed: AcceptItem[] = [];
    const contacts = { email: 'ada@example.test' };
    const recipient = { id: 'r', contacts, timeZone: 'Asia/Kolkata', preferences: { hours: [18, 7] } };
    await intakeOver(sealed).takeIn([item({ recipient }), item()]);
    const [said, unsaid] = sealed.map(({ decisionInput }) => decisionInput as StoredDecisionInput);
    expect(said).toMatchObject({ requested: { timeZone: 'Asia/Kolkata' }, inputs: { preferredHours: [18, 7] } });
    expect(unsaid?.inputs).not.toHaveProperty('preferredHours');
  });

  it('gives the orchestrator back what it needs, with a deadline where none was named', async () => {
    const sealed: AcceptItem[] = [];
    await intakeOver(sealed).takeIn([item({ campaignId: 'spring', urgency: 'high' })]);
    const { outreachId = '', decisionInput, acceptedAt = '' } = sealed[0] ?? {};
    const stored = JSON.parse(JSON.stringify(decisionInput)) as unknown;
    const contacts = [{ channel: 'email' as const, ordinal: 0, fingerprint: 'f', mask: 'a***@e***.test' }];
    const record = {
      outreachId,
      tenantId,
      personId: 'p',
      contacts,
      decisionInput: stored,
      acceptedAt,
      expiresAt: null,
      source: 'bus',
      erased: false,
      fed: false,
    };
    expect(fromAcceptedRecord(record, 48)).toMatchObject({
      requested: {
        outreachId,
        personId: 'p',
        urgency: 'high',
        expiresAt: '2026-05-03T10:00:00.000Z',
        content: { templateUuid: template.id, version: 3 },
      },
      inputs: { contentChannels: ['email'], campaign: { status: 'paused' } },
    });
    expect(fromAcceptedRecord({ ...record, erased: true, decisionInput: null }, 48)).toBeUndefined();
  });
});
