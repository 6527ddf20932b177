import { parseDeliveryId, type InboundItem, type ProviderInbound } from '@homing/contracts';
import { deliveryOf } from '@homing/domain';
import { maskAddress } from '@homing/vault/seal';
import type { ContactAlias } from '@homing/vault/suppression';
import { causeOf } from './inbound.fact.js';
import type { InboundParts } from './inbound.parts.js';

/**
 * Learns under which address somebody is reached whom we wrote to under another. From then on a word from one is of both. What was
 * said before that is carried over: a wish to hear no more holds back the other one, too. Again: nothing new.
 */
export async function learnAlias(parts: InboundParts, message: ProviderInbound, item: InboundItem): Promise<void> {
  const alias = await aliasIn(parts, message, item);
  if (!alias) return;
  const { tenantId, asked: fingerprint } = alias;
  const known = await parts.book.aliasesOf([{ tenantId, fingerprint }]);
  // What an operator lifts afterwards of one of them stays so.
  if (known.some((each) => each.fingerprint === alias.alias)) return;
  // Before: a crash in between leaves it to be learnt again. After: what was said meanwhile by whoever did not know yet.
  await carryOver(parts, { message, item, alias });
  await parts.book.noteAlias(alias);
  await carryOver(parts, { message, item, alias });
}

/** Undefined where it says nothing new, or speaks of what the account that was called did not send. */
async function aliasIn(
  { outreachOf, fingerprinter, book }: InboundParts,
  message: ProviderInbound,
  { reached, provider, channel, from }: InboundItem,
): Promise<ContactAlias | undefined> {
  const of = reached && parseDeliveryId(reached.deliveryId);
  if (!of) return undefined;
  const state = await outreachOf(of.outreachId);
  if (state.status === 'none') return undefined;
  const { tenantId } = state.request;
  if (message.tenantId !== undefined && message.tenantId !== tenantId) return undefined;
  const delivery = deliveryOf(state, of.leg);
  const attempt = delivery?.attempts.find((each) => each.attempt === reached.attempt);
  const asked = delivery?.plan.contact?.fingerprint;
  const alias = fingerprinter.address(tenantId, channel, from);
  if (attempt?.provider !== provider || asked === undefined || alias === undefined || alias === asked) return undefined;
  // Nothing is kept of whoever was erased.
  const persons = await book.personsAt([{ tenantId, fingerprint: asked }]);
  return persons.length === 0 ? undefined : { tenantId, alias, asked };
}

interface Learnt {
  readonly message: ProviderInbound;
  readonly item: InboundItem;
  readonly alias: ContactAlias;
}

async function carryOver(
  { suppressions, contacts, now }: InboundParts,
  { message, item, alias: { tenantId, alias, asked } }: Learnt,
): Promise<void> {
  const refs = [alias, asked].map((fingerprint) => ({ tenantId, fingerprint }));
  const held = await suppressions.suppressedContacts(refs);
  if (!held.includes('unsubscribe')) return;
  const { channel, from, occurredAt: at } = item;
  const free = refs.filter((_, index) => held[index] !== 'unsubscribe');
  const said = { channel, at, causationId: causeOf(message), mask: maskAddress(channel, from) };
  for (const ref of free) {
    const command = { ...ref, ...said, kind: 'suppress', reason: 'unsubscribe', now: now() } as const;
    await contacts.record({ command, commandId: `alias:${causeOf(message)}` });
  }
}
