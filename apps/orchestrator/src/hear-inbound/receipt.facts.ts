import { parseDeliveryId, type InboundItem, type ProviderInbound } from '@homing/contracts';
import { ANSWER_WITHIN_DAYS, deliveryOf, type OutreachState } from '@homing/domain';
import { attemptsTo, type Answered } from './inbound.origin.js';
import { factSignal } from './inbound.fact.js';
import type { InboundParts } from './inbound.parts.js';
import { UnmatchedSignalError } from '../record-signal/unmatched.error.js';

/** Most attempts one receipt speaks of. */
const AT_ONCE = 200;

/**
 * "Everything until then was delivered" or "read": told to each attempt that was sent to this address up to the watermark through
 * this provider and had not heard so yet.
 */
export async function hearReceipt(parts: InboundParts, message: ProviderInbound, item: InboundItem): Promise<void> {
  const { receipt, channel, provider } = item;
  if (!receipt) return;
  const tenants = message.tenantId === undefined ? await parts.book.tenantIds() : [message.tenantId];
  const addresses = tenants.flatMap((tenantId) => {
    const fingerprint = parts.fingerprinter.address(tenantId, channel, item.from);
    return fingerprint === undefined ? [] : [{ tenantId, fingerprint }];
  });
  const until = Date.parse(receipt.until);
  const since = until - ANSWER_WITHIN_DAYS * 86_400_000;
  const known = await parts.book.personsAt(addresses);
  const attempts = await attemptsTo(parts, known, { channel, since, until, limit: AT_ONCE });
  const states = await parts.foldedStates([...new Set(attempts.map(({ outreachId }) => outreachId))]);
  const unheard = attempts.filter(
    (attempt) =>
      attempt.provider === provider && !hasHeard(states.get(attempt.outreachId)?.state, attempt, receipt.fact),
  );
  if (unheard.length === 0) return;
  const said = { fact: receipt.fact, occurredAt: item.occurredAt };
  const told = await parts.record(unheard.map((answered) => factSignal(message, item, { ...said, answered })));
  for (const result of told)
    if (result.status === 'rejected' && !(result.reason instanceof UnmatchedSignalError)) throw result.reason;
}

function hasHeard(state: OutreachState | undefined, { deliveryId, attempt }: Answered, fact: string): boolean {
  const leg = parseDeliveryId(deliveryId)?.leg;
  const attempts = state && leg !== undefined ? deliveryOf(state, leg)?.attempts : undefined;
  const facts = attempts?.find((each) => each.attempt === attempt)?.facts ?? [];
  return facts.some((each) => each.fact === fact);
}
