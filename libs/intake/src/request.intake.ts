import type { FieldFault, IdDeriver } from '@homing/contracts';
import { crashPoint } from '@homing/service-kit';
import type { AcceptItem, AcceptResult, VaultIntake } from '@homing/vault/intake';
import type { Campaign, RegistryReader, Template } from '@homing/vault/registry';
import { toDecisionInput } from './accepted-request.codec.js';
import { contactPoints } from './contact-points.js';
import { checkIntake, type NamedThings } from './intake-check.policy.js';
import { intakeTimes, noteTaken } from './intake.metrics.js';
import { lookUpChains } from './named-chain.reader.js';
import { leavesContentToItsType, lookUpTyped } from './typed-content.reader.js';
import type { IntakeItem, IntakeResult } from './intake.types.js';

export interface IntakeParts {
  readonly vault: Pick<VaultIntake, 'acceptRequests' | 'loadAccepted'>;
  readonly registry: Pick<RegistryReader, 'findTenants' | 'findTemplates' | 'findCampaigns'>;
  readonly ids: IdDeriver;
}

export interface RequestIntake {
  /**
   * Takes in a micro-batch, set-wise, and answers in its order. When it returns, every `accepted` request is sealed and
   * committed in the vault: losing the bus loses none of them.
   * @throws when registry or vault cannot be reached; repeating the call is safe.
   */
  takeIn(items: readonly IntakeItem[]): Promise<IntakeResult[]>;
}

/** The one way in, for the bus and the API alike: look up what a request names, check it, resolve identity, seal it. */
export function createIntake(parts: IntakeParts): RequestIntake {
  const { vault, registry, ids } = parts;
  return {
    async takeIn(items) {
      const done = intakeTimes.timer();
      const named = await lookUpNamed(registry, items);
      const read = items.map((item, i) => readItem(item, named[i] ?? {}, ids));
      const found = read.map(({ faults }) => faults);
      const known = await takenInBefore(
        parts,
        items.filter((_, i) => found[i]?.length),
      );
      // What was sound when it was taken in gets its first answer, whatever has passed or changed since.
      const faults = items.map((item, i) => (known.has(idOf(ids, item)) ? [] : (found[i] ?? [])));
      const sound = read.flatMap(({ accept }, i) => (accept && !faults[i]?.length ? [accept] : []));
      crashPoint('intake.before-seal');
      const accepted = sound.length > 0 ? await vault.acceptRequests(sound) : [];
      crashPoint('intake.after-seal');
      const sealed = accepted.values();
      const results = faults.map((of): IntakeResult =>
        of.length > 0 ? { kind: 'invalid', faults: of } : resultOf(sealed.next().value),
      );
      done();
      noteTaken(items, results);
      return results;
    },
  };
}

/** Says of each request what would refuse it, as far as that can be told without sealing it. Nothing is stored. */
export function createIntakeCheck(
  parts: Pick<IntakeParts, 'registry' | 'ids'>,
): (items: readonly IntakeItem[]) => Promise<(readonly FieldFault[])[]> {
  return async (items) => {
    const named = await lookUpNamed(parts.registry, items);
    return items.map((item, i) => readItem(item, named[i] ?? {}, parts.ids).faults);
  };
}

interface ReadItem {
  readonly faults: readonly FieldFault[];
  /** Absent where not even that could be made of it. */
  readonly accept?: AcceptItem;
}

/** Everything that needs no store. What throws here throws for this item every time: it is the item's fault, never an outage. */
function readItem(item: IntakeItem, named: NamedThings, ids: IdDeriver): ReadItem {
  try {
    return { faults: checkIntake(item, named), accept: toAcceptItem(item, named, ids) };
  } catch {
    return { faults: [{ field: '', code: 'cannot_be_read', message: 'holds what no store can keep' }] };
  }
}

const idOf = (ids: IdDeriver, item: IntakeItem): string => ids.outreachId(item.tenantId, item.source, item.requestId);

async function takenInBefore({ vault, ids }: IntakeParts, items: readonly IntakeItem[]): Promise<Set<string>> {
  if (items.length === 0) return new Set();
  const records = await vault.loadAccepted(items.map((item) => idOf(ids, item)));
  return new Set(records.map((record) => record.outreachId));
}

/** What the registry knows of what each of these requests names, in their order. */
export async function lookUpNamed(
  registry: IntakeParts['registry'],
  items: readonly IntakeItem[],
): Promise<NamedThings[]> {
  const withTemplate = items.filter((item) => item.request.content.templateId !== undefined);
  const withCampaign = items.filter((item) => item.request.campaignId !== undefined);
  const [tenants, templates, campaigns] = await Promise.all([
    registry.findTenants(items.map((item) => item.tenantId)),
    registry.findTemplates(
      withTemplate.map(({ tenantId, request: { content } }) => ({
        tenantId,
        templateId: content.templateId ?? '',
        ...(content.version === undefined ? {} : { version: content.version }),
      })),
    ),
    registry.findCampaigns(
      withCampaign.map(({ tenantId, request }) => ({ tenantId, campaignId: request.campaignId ?? '' })),
    ),
  ]);
  const templateOf = new Map<IntakeItem, Template | undefined>(withTemplate.map((item, i) => [item, templates[i]]));
  const campaignOf = new Map<IntakeItem, Campaign | undefined>(withCampaign.map((item, i) => [item, campaigns[i]]));
  const chained = items.flatMap((item, i) =>
    item.request.steps !== undefined || item.request.sequence !== undefined ? [i] : [],
  );
  const chains = await lookUpChains(
    registry,
    chained.flatMap((i) => items[i] ?? []),
    chained.map((i) => tenants[i]),
  );
  const chainOf = new Map(chained.map((i, n) => [i, chains[n]]));
  const typed = items.flatMap((item, i) => (leavesContentToItsType(item.request) ? [i] : []));
  const ofType = await lookUpTyped(
    registry,
    typed.flatMap((i) => items[i] ?? []),
    typed.map((i) => tenants[i]),
  );
  const typeOf = new Map(typed.map((i, n) => [i, ofType[n]]));
  return items.map((item, i) => ({
    chain: chainOf.get(i),
    byType: typeOf.get(i),
    tenant: tenants[i],
    template: templateOf.get(item),
    campaign: campaignOf.get(item),
  }));
}

function toAcceptItem(item: IntakeItem, named: NamedThings, ids: IdDeriver): AcceptItem {
  const decisionInput = toDecisionInput(item, named, ids);
  return {
    outreachId: decisionInput.requested.outreachId,
    tenantId: item.tenantId,
    request: contentOf(item.request),
    recipientId: item.request.recipient.id,
    contacts: contactPoints(item.request.recipient.contacts),
    decisionInput,
    acceptedAt: item.receivedAt,
    expiresAt: decisionInput.requested.expiresAt ?? null,
    source: item.via,
    ...(item.held === true ? { held: true } : {}),
  };
}

/**
 * What is sealed and digested, as plain JSON. The names of the request and of its tenant are not its content: given in the body,
 * in a header or in the envelope, it is the same request.
 */
function contentOf(request: IntakeItem['request']): unknown {
  const { requestId: _id, tenantId: _tenant, ...content } = request;
  return JSON.parse(JSON.stringify(content));
}

function resultOf(result: AcceptResult | undefined): IntakeResult {
  if (!result) throw new Error('the vault answered fewer requests than it was given');
  if (result.kind === 'different_content') return { kind: result.kind, outreachId: result.outreachId };
  if (result.kind !== 'invalid') {
    return { kind: result.kind, outreachId: result.outreachId, acceptedAt: result.acceptedAt };
  }
  const fault: FieldFault = { field: result.path, code: 'invalid', message: result.reason };
  return { kind: 'invalid', faults: [fault] };
}
