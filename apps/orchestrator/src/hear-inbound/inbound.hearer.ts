import type { InboundClass, InboundItem, ProviderFactKind, ProviderInbound } from '@homing/contracts';
import { classifyInbound, isProven } from '@homing/domain';
import { PoisonError } from '@homing/messaging';
import { EnvelopeError } from '@homing/vault/desk';
import { maskAddress } from '@homing/vault/seal';
import type { Standing } from '../match-signals/message.matcher.js';
import { UnmatchedSignalError } from '../record-signal/unmatched.error.js';
import { causeOf, factSignal } from './inbound.fact.js';
import { knownSenders, isSame, originOf, type Answered, type Origin } from './inbound.origin.js';
import type { InboundParts } from './inbound.parts.js';
import { learnAlias } from './alias.learner.js';
import { arrivedOf } from './inbound.arrival.js';
import { isParked } from './inbound.parking.js';
import { hearReceipt } from './receipt.facts.js';

/**
 * Hears what somebody wrote or read. A wish to hear no more holds the address back before anything else is done; then the outreach it
 * answers is told, it is filed for the tenant's inbox, and announced. What the projection does not come to in time is parked. Hearing it
 * again changes nothing.
 *
 * @throws RetryLaterError while what it answers may not be projected yet; PoisonError for what cannot be opened
 */
export async function hearInbound(parts: InboundParts, message: ProviderInbound): Promise<void> {
  const item = await opened(parts, message);
  if (item.kind === 'alias') return learnAlias(parts, message, item);
  const told = await heldBackAtOnce(parts, message, item);
  const standing = await parts.projection.standingOf(arrivedOf(message));
  await hear(parts, { message, item, told, standing });
}

/** Hears what was parked, once the projection has come to where it arrived. */
export async function settleInbound(parts: InboundParts, message: ProviderInbound): Promise<void> {
  const item = await opened(parts, message);
  const told = await heldBackAtOnce(parts, message, item);
  await hear(parts, { message, item, told, standing: { kind: 'passed' } });
}

interface Hearing {
  readonly message: ProviderInbound;
  readonly item: InboundItem;
  /** Who was held back already. */
  readonly told: Origin['senders'];
  readonly standing: Standing;
}

async function hear(parts: InboundParts, { message, item, told, standing }: Hearing): Promise<void> {
  if (item.kind === 'receipt') {
    if (await isParked(parts, { message, item }, standing)) return;
    await hearReceipt(parts, message, item);
    return parts.projection.forget(arrivedOf(message));
  }
  const origin = await originOf(parts, item, message.tenantId);
  const kind = classifyInbound(item, {
    answers: origin.answered !== undefined,
    unsubscribed: await hadUnsubscribed(parts, origin),
    unproven: !isProven(item),
  });
  // Also what was learnt to be theirs in between.
  const others = origin.senders.filter((sender) => !told.some((each) => isSame(each, sender)));
  if (kind === 'opt_out') await tellAddresses(parts, { message, item, senders: others, kind });
  if (kind !== 'automatic') {
    const { channel, occurredAt: at } = item;
    await Promise.all(origin.senders.map((sender) => parts.book.noteInbound({ ...sender, channel, at })));
  }
  const heard = { message, item, kind, origin };
  // Of several tenants that share a number one answers: whose message it is must be certain.
  const certain = message.tenantId !== undefined || origin.senders.length === 1 || standing.kind === 'passed';
  if (kind !== 'opt_in' && (certain || !origin.mayComeLater)) await answer(parts, heard);
  if (origin.mayComeLater && (await isParked(parts, { message, item }, standing))) return;
  // Not before: "yes" is a wish to hear again only as long as the address is held back.
  if (kind === 'opt_in') {
    // An address that we signed proves whose message is answered, and nothing of who says to have written.
    const senders = item.channel === 'email' && item.authentic !== true ? [] : origin.senders;
    await tellAddresses(parts, { message, item, senders, kind });
    await answer(parts, heard);
  }
  if (origin.answered) await tellOutreach(parts, { message, item, kind, answered: origin.answered });
  await file(parts, { message, item, origin, kind });
  parts.projection.forget(arrivedOf(message));
}

async function opened({ open }: InboundParts, message: ProviderInbound): Promise<InboundItem> {
  try {
    return await open(message);
  } catch (error) {
    if (error instanceof EnvelopeError || error instanceof SyntaxError) throw new PoisonError('unreadable_inbound');
    throw error;
  }
}

async function hadUnsubscribed({ suppressions }: InboundParts, { senders }: Origin): Promise<boolean> {
  return (await suppressions.suppressedContacts(senders)).includes('unsubscribe');
}

interface Heard {
  readonly message: ProviderInbound;
  readonly item: InboundItem;
  readonly origin: Origin;
  readonly kind: InboundClass;
}

/** A wish to hear no more waits for no projection: whose address it is the vault knows. Answers whom it held back. */
async function heldBackAtOnce(
  parts: InboundParts,
  message: ProviderInbound,
  item: InboundItem,
): Promise<Origin['senders']> {
  const kind = item.kind === 'message' && classifyInbound(item, { answers: false, unsubscribed: false });
  if (kind !== 'opt_out') return [];
  const { senders } = await knownSenders(parts, item, message.tenantId);
  await tellAddresses(parts, { message, item, senders, kind });
  return senders;
}

/** For every tenant that writes to this address through the account that was answered. */
async function tellAddresses(
  { contacts, now }: InboundParts,
  { message, item, senders, kind }: Omit<Heard, 'origin'> & Pick<Origin, 'senders'>,
): Promise<void> {
  const { channel, occurredAt: at } = item;
  const mask = maskAddress(channel, item.from);
  await Promise.all(
    senders.map(({ tenantId, fingerprint }) => {
      const of = { tenantId, fingerprint, channel, causationId: causeOf(message), at, now: now() };
      const command =
        kind === 'opt_out'
          ? ({ ...of, kind: 'suppress', reason: 'unsubscribe', mask } as const)
          : ({ ...of, kind: 'resubscribe' } as const);
      return contacts.record({ command, commandId: `${kind}:${causeOf(message)}` });
    }),
  );
}

/** By the tenant whose message it is, and by no other. */
async function answer(parts: InboundParts, { message, item, kind, origin }: Heard): Promise<void> {
  const sender = origin.senders.find(({ tenantId }) => tenantId === origin.tenantId);
  const isWord = kind === 'opt_out' || kind === 'opt_in' || kind === 'help';
  const { receivedAt } = message;
  if (sender && isWord) await parts.answer({ item, kind, receivedAt, sender, causationId: causeOf(message) });
}

const FACTS: Readonly<Partial<Record<InboundClass, ProviderFactKind>>> = {
  reply: 'replied',
  opt_out: 'unsubscribed',
  opt_in: 'resubscribed',
};

async function tellOutreach(
  { record }: InboundParts,
  { message, item, kind, answered }: Omit<Heard, 'origin'> & { answered: Answered },
): Promise<void> {
  const fact = FACTS[kind];
  if (fact === undefined) return;
  const told = await record([factSignal(message, item, { fact, answered, occurredAt: item.occurredAt })]);
  for (const result of told)
    if (result.status === 'rejected' && !(result.reason instanceof UnmatchedSignalError)) throw result.reason;
}

async function file(parts: InboundParts, { message, item, origin, kind }: Heard): Promise<void> {
  const { provider, channel, eventDigest, receivedAt, sealed } = message;
  const { tenantId, answered, owners } = origin;
  const id = parts.inboundId(message);
  const fingerprint = owners.find((owner) => owner.tenantId === tenantId)?.fingerprint;
  await parts.file.file({
    ...{ id, provider, channel, eventDigest, receivedAt, sealed, class: kind, occurredAt: item.occurredAt },
    tenantId: tenantId ?? null,
    sealedTenant: message.tenantId ?? null,
    fingerprint: fingerprint ?? null,
    mask: fingerprint === undefined ? null : maskAddress(channel, item.from),
    outreachId: answered?.outreachId ?? null,
    deliveryId: answered?.deliveryId ?? null,
  });
  if (tenantId === undefined) return;
  const answers = answered ? { outreachId: answered.outreachId, deliveryId: answered.deliveryId } : {};
  await parts.announce({
    ...{ inboundId: id, tenantId, channel, provider, class: kind, occurredAt: item.occurredAt, receivedAt },
    ...answers,
  });
}
