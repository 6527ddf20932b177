import type { SettleAnswer, SettleUnknownDto } from '@homing/contracts';
import { attemptState, deliveryOf, settleUnknown, type OutreachState, type SettleDecision } from '@homing/domain';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import { crashPoint } from '@homing/service-kit';
import { followOutreach, type FollowParts } from '../follow-outreach/outreach.follower.js';

/** Records what an operator knows of an attempt whose outcome is unknown, at the exact revision, and does what follows. */
export async function settle(parts: FollowParts, command: SettleUnknownDto, messageId: string): Promise<SettleAnswer> {
  const { outreachId, tenantId, leg, attempt } = command;
  const of = { kind: 'settle_unknown', outreachId, leg, attempt } as const;
  const known = await readOutreach(parts.store, outreachId);
  if (known.state.status === 'none' || known.state.request.tenantId !== tenantId) return { ...of, status: 'not_found' };
  const now = parts.now();
  const { outcome, providerMessageId, note, by } = command;
  let decision: SettleDecision = { kind: 'unknown_attempt' };
  crashPoint('orchestrator.before-settle-unknown');
  const handled = await changeOutreach(parts.store, parts.instance, {
    outreachId,
    tenantId,
    known,
    decide: (state) => {
      const stated = { leg, attempt, outcome, via: 'operator', by, now } as const;
      const more = { ...(providerMessageId ? { providerMessageId } : {}), ...(note ? { note } : {}) };
      decision = settleUnknown(state, { ...stated, ...more });
      return decision.kind === 'settle' ? decision.events : [];
    },
    commandId: `settle-unknown:${messageId}`,
    causationId: messageId,
    now,
  });
  crashPoint('orchestrator.after-settle-unknown');
  const taken = decision as SettleDecision;
  const after = await followOutreach(parts, { outreachId, tenantId, causationId: messageId, known: handled });
  return { ...of, ...verdictOf(taken, now), ...stateOf(after.state, command) };
}

function verdictOf(decision: SettleDecision, now: string): Pick<SettleAnswer, 'status' | 'retryAfterSeconds'> {
  switch (decision.kind) {
    case 'settle':
    case 'stands':
      return { status: 'settled' };
    case 'under_way': {
      const wait = Math.ceil((Date.parse(decision.until) - Date.parse(now)) / 1000);
      return { status: 'under_way', retryAfterSeconds: Math.max(1, wait) };
    }
    case 'unknown_attempt':
      return { status: 'not_found' };
    case 'not_unknown':
    case 'too_early':
      return { status: 'not_unknown' };
  }
}

function stateOf(state: OutreachState, { leg, attempt }: SettleUnknownDto): Pick<SettleAnswer, 'state'> {
  const found = deliveryOf(state, leg)?.attempts.find((a) => a.attempt === attempt);
  return found ? { state: attemptState(found) } : {};
}
