import type { OutreachEvent } from '@homing/contracts';
import { messagesOf, recordedDecision } from '@homing/domain';
import type { DecisionRow } from '../tables/decision.tables.js';
import { instant } from './instant.js';
import type { FoldedOutreach } from './outreach.fold.js';
import type { OutreachStreamEvent } from './stored-event.js';

/** The row of a decision; `after` is the outreach with this event in it. Nothing for any other event. */
export function decisionRows(
  { known, outreachId, position, created }: OutreachStreamEvent & { known: OutreachEvent },
  { tenantId, state }: FoldedOutreach,
): DecisionRow[] {
  if (known.type !== 'OutreachDecided' && known.type !== 'OutreachRefused') return [];
  const record = state.status === 'none' ? undefined : recordedDecision(state.request, known);
  if (!record) return [];
  const { then, decidedAt, request } = record;
  return [
    {
      ...{ outreachId, tenantId, record, updatedPosition: position },
      campaignKey: request.campaignKey ?? null,
      decidedAt: instant(decidedAt, created.toISOString()),
      costMicros: then.kind === 'contacted' ? BigInt(sum(messagesOf(then).map(({ cost }) => cost.micros))) : null,
    },
  ];
}

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0);
