import canonicalize from 'canonicalize';
import {
  CHANNELS,
  type Channel,
  type ContentRef,
  type IdDeriver,
  type OutreachRequestDto,
  type OutreachRequested,
} from '@homing/contracts';
import type { AcceptedRecord } from '@homing/vault/intake';
import type { NamedThings } from './intake-check.policy.js';
import type { AcceptedRequest, IntakeItem, StoredDecisionInput } from './intake.types.js';

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
      messageType: request.messageType ?? 'outreach',
      strategy: request.strategy ?? 'single',
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
    }),
    inputs: dropAbsent({
      allowed: request.channels,
      optedOut: recipient.preferences?.optOut ?? [],
      preferred: recipient.preferences?.channels,
      preferredHours: recipient.preferences?.hours,
      contentChannels: contentChannels(request, named),
      campaign: named.campaign && { status: named.campaign.status },
    }),
  });
}

function contentRef(request: OutreachRequestDto, named: NamedThings): ContentRef {
  const { template } = named;
  if (template) return { kind: 'template', templateUuid: template.id, version: template.version };
  return { kind: 'literal', channels: contentChannels(request, named) };
}

/** The same for the same template (whatever its version) with the same data, or the same literal bodies. */
function contentKey(
  { content }: OutreachRequestDto,
  { template }: NamedThings,
  { tenantId, ids }: { tenantId: string; ids: IdDeriver },
): string {
  const what = template ? { template: template.id, data: content.data ?? {} } : { literal: content.literal };
  return ids.key('content', tenantId, canonicalize(what) ?? '');
}

function contentChannels(request: OutreachRequestDto, { template }: NamedThings): Channel[] {
  const bodies: object = template?.bodies ?? request.content.literal ?? {};
  return CHANNELS.filter((channel) => (bodies as Record<string, unknown>)[channel] !== undefined);
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
