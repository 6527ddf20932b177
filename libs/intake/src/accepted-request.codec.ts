import canonicalize from 'canonicalize';
import {
  CHANNELS,
  DEFAULT_WAIT_HOURS,
  MAX_STEPS,
  type Channel,
  type ContentRef,
  type IdDeriver,
  type OutreachRequestDto,
  type OutreachRequested,
  type RequestedStep,
  type StepSettings,
} from '@homing/contracts';
import type { AcceptedRecord } from '@homing/vault/intake';
import type { Template } from '@homing/vault/registry';
import type { NamedChain, NamedThings } from './intake-check.policy.js';
import type { AcceptedRequest, IntakeItem, StoredDecisionInput } from './intake.types.js';

/** What a request is that names no type. */
const DEFAULT_MESSAGE_TYPE = 'outreach';

/** The non-personal half of a request, to be kept in clear beside its seal. */
export function toDecisionInput(item: IntakeItem, named: NamedThings, ids: IdDeriver): StoredDecisionInput {
  const { request, tenantId } = item;
  const { recipient } = request;
  return dropAbsent({
    requested: dropAbsent({
      outreachId: ids.outreachId(tenantId, item.source, item.requestId),
      tenantId,
      campaignKey: named.campaign?.id,
      subject: request.subject && { type: request.subject.type, key: ids.key('subject', tenantId, request.subject.id) },
      messageType: request.messageType ?? DEFAULT_MESSAGE_TYPE,
      strategy: named.chain?.strategy ?? request.strategy ?? 'single',
      steps: named.chain && stepsOf(request, named.chain, { tenantId, ids }),
      sequence: named.chain?.sequence,
      urgency: request.urgency ?? 'normal',
      content: contentRef(request, named),
      contentKey: contentKey(request, named, { tenantId, ids }),
      timeZone: recipient.timeZone,
      locale: recipient.locale,
      customerType: recipient.customerType,
      device: recipient.device,
      sendAt: instant(request.sendAt),
      expiresAt: instant(request.expiresAt),
      via: item.via,
      answers: item.answers,
    }),
    inputs: dropAbsent({
      allowed: request.channels,
      optedOut: recipient.preferences?.optOut ?? [],
      preferred: recipient.preferences?.channels,
      preferredHours: recipient.preferences?.hours,
      contentChannels: contentChannels(request, named),
      freeText: freeTextOf(named.byType?.get('whatsapp') ?? named.template),
      campaign: named.campaign && { status: named.campaign.status },
    }),
  });
}

/** A word in the clear, as a template is mostly named; another name says nothing without the tenant's table. */
const WORD = /^[A-Za-z][\w.-]{0,63}$/;

function stepsOf(
  { content }: OutreachRequestDto,
  { steps }: NamedChain,
  { tenantId, ids }: { tenantId: string; ids: IdDeriver },
): RequestedStep[] {
  return steps.map(({ step: asked, template }, i): RequestedStep => {
    const { channel, waitHours = DEFAULT_WAIT_HOURS, until = 'answered', acceptUnknown, template: name } = asked;
    const own = template && {
      content: templateRef(template),
      contentKey: ids.key('content', tenantId, canonicalize({ template: template.id, data: content.data ?? {} }) ?? ''),
      contentChannels: channelsOf(template.bodies),
      ...dropAbsent({ freeText: freeTextOf(template) }),
    };
    return {
      step: i + 1,
      channel,
      ...(name !== undefined && WORD.test(name) ? { template: name } : {}),
      ...(own ?? (name === undefined ? {} : { contentChannels: [] })),
      ...retryOf(asked),
      waitHours,
      until,
      ...(acceptUnknown === undefined ? {} : { acceptUnknown }),
    };
  });
}

function retryOf({ maxRetries, retryDelayHours }: StepSettings): Pick<RequestedStep, 'retry'> {
  if (maxRetries === undefined && retryDelayHours === undefined) return {};
  const delaysSeconds = Array.from({ length: maxRetries ?? MAX_STEPS }, () =>
    Math.round((retryDelayHours ?? 0) * 3600),
  );
  return {
    retry: {
      ...(maxRetries === undefined ? {} : { maxRetries }),
      ...(retryDelayHours === undefined ? {} : { delaysSeconds }),
    },
  };
}

const templateRef = ({ id, version }: Template): ContentRef => ({ kind: 'template', templateUuid: id, version });

function contentRef(request: OutreachRequestDto, named: NamedThings): ContentRef {
  const { template, byType } = named;
  if (template) return templateRef(template);
  if (byType)
    return {
      kind: 'by_channel',
      templates: Object.fromEntries(
        [...byType].map(([channel, { id, version }]) => [channel, { templateUuid: id, version }]),
      ),
    };
  return { kind: 'literal', channels: contentChannels(request, named) };
}

/**
 * The same for the same template (whatever its version) with the same data, the same literal bodies, or the same message type with the
 * same data, whichever templates the channels name for it. It is kept with the accepted request: what was taken in stays as it was.
 */
function contentKey(
  { content, messageType }: OutreachRequestDto,
  { template, byType }: NamedThings,
  { tenantId, ids }: { tenantId: string; ids: IdDeriver },
): string {
  if (byType) {
    const of = { messageType: messageType ?? DEFAULT_MESSAGE_TYPE, data: content.data ?? {} };
    return ids.key('content', tenantId, canonicalize(of) ?? '');
  }
  const what = template ? { template: template.id, data: content.data ?? {} } : { literal: content.literal };
  return ids.key('content', tenantId, canonicalize(what) ?? '');
}

function contentChannels(request: OutreachRequestDto, { template, byType }: NamedThings): Channel[] {
  if (byType) return [...byType.keys()];
  return channelsOf(template?.bodies ?? request.content.literal ?? {});
}

const channelsOf = (bodies: object): Channel[] =>
  CHANNELS.filter((channel) => (bodies as Record<string, unknown>)[channel] !== undefined);

/** WhatsApp alone asks for a template that its provider approved; ours names it in `providerTemplate`. */
function freeTextOf(template: Template | undefined): Channel[] | undefined {
  const body = template?.bodies.whatsapp;
  return body && !body.providerTemplate ? ['whatsapp'] : undefined;
}

const instant = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : new Date(Date.parse(text)).toISOString();

/** JSON has no undefined: what is absent is left out, so that what is stored equals what is read back. */
const dropAbsent = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;

/** The outreach that is recorded of a request whose person was erased before it was decided. */
export function fromErasedRecord(record: AcceptedRecord, lifetimeHours: number): OutreachRequested | undefined {
  if (!record.erased) return undefined;
  const { outreachId, tenantId, personId, acceptedAt, expiresAt, source } = record;
  const kept = (record.decisionInput as Partial<StoredDecisionInput> | null)?.requested;
  const unknown = { messageType: 'outreach', strategy: 'single', urgency: 'normal' } as const;
  const content = { kind: 'literal', channels: [] } as const;
  const via = source === 'api' ? 'api' : 'bus';
  return {
    ...{ ...unknown, content, via, ...kept, outreachId, tenantId, personId, contacts: [], acceptedAt },
    expiresAt: expiresAt ?? deadlineAfter(acceptedAt, lifetimeHours),
  };
}

const deadlineAfter = (acceptedAt: string, lifetimeHours: number): string =>
  new Date(Date.parse(acceptedAt) + lifetimeHours * 3_600_000).toISOString();

/**
 * What the orchestrator decides on, from the vault's record. The deadline of a request that named none is `lifetimeHours`
 * after its acceptance. Undefined when the person was erased: nothing can be sent any more.
 */
export function fromAcceptedRecord(record: AcceptedRecord, lifetimeHours: number): AcceptedRequest | undefined {
  if (record.erased || !record.decisionInput) return undefined;
  const { requested, inputs } = record.decisionInput as StoredDecisionInput;
  const expiresAt = requested.expiresAt ?? deadlineAfter(record.acceptedAt, lifetimeHours);
  const contacts = record.contacts.map(({ channel, ordinal, fingerprint, mask, heldBy }) => ({
    channel,
    ordinal,
    fingerprint,
    mask,
    ...(heldBy === undefined ? {} : { heldBy }),
  }));
  return {
    requested: { ...requested, personId: record.personId, contacts, acceptedAt: record.acceptedAt, expiresAt },
    inputs,
  };
}
