import type { OutreachRequested } from '@homing/contracts';
import { decisionAnswer, refuseErased } from '@homing/domain';
import type { EventStore } from '@homing/event-store';
import { changeOutreach } from '@homing/event-store/outreach';
import { noteDecision } from './decision.metrics.js';
import { followStored, type Decided } from './stored.decision.js';

export interface RefusalParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly policy: { readonly version: string };
  readonly instance: string;
  readonly now: () => string;
}

interface Refused {
  readonly outreachId: string;
  readonly causationId: string;
  readonly traceparent?: string | undefined;
  readonly arrivedAt?: number;
}

/** Records why nothing comes of an accepted request: its person was erased. What was decided before stands. */
export async function refuseForErasure(
  parts: RefusalParts,
  item: Refused,
  request: OutreachRequested,
): Promise<Decided> {
  const now = parts.now();
  const { outreachId, causationId, traceparent } = item;
  const handled = await changeOutreach(parts.store, parts.instance, {
    ...{ outreachId, causationId, traceparent },
    tenantId: request.tenantId,
    decide: (state) => refuseErased(state, { request, policyVersion: parts.policy.version, now }),
    commandId: `refuse-erased:${outreachId}`,
    now,
  });
  if (handled.kind !== 'appended') return followStored(parts, item);
  const answer = decisionAnswer(outreachId, handled.events);
  noteDecision(answer, item.arrivedAt);
  return { state: handled.state, revision: handled.revision, answer };
}
