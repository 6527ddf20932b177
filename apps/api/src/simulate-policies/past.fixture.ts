// Decisions of one tenant as the decider records them, all contacted, one a minute, by people in turn.
import { DEFAULT_POLICY, decideOutreach, emptyOutreach, recordedDecision, type DecideOutreach } from '@homing/domain';
import type { PastDecisionRow } from '@homing/read-model';
import { request as story } from '@homing/testing/outreach-story';

const START = Date.parse('2026-05-01T08:00:00.000Z');
export const FROM = '2026-05-01T00:00:00Z';
export const TO = '2026-05-03T00:00:00Z';
const idOf = (n: number): string => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;

export interface Told {
  readonly n: number;
  readonly tenantId: string;
  readonly people?: number;
  readonly campaignKey?: string;
}

/** The events of one decision. */
export function decisionEvents({ n, tenantId, people = 2, campaignKey }: Told) {
  const now = new Date(START + n * 60_000).toISOString();
  const request = {
    ...story,
    ...{ tenantId, outreachId: idOf(n), personId: `person-${n % people}`, acceptedAt: now },
    ...(campaignKey === undefined ? {} : { campaignKey }),
    expiresAt: new Date(START + 7 * 86_400_000).toISOString(),
  };
  const command: DecideOutreach = {
    request,
    inputs: { policy: DEFAULT_POLICY, optedOut: [], contentChannels: ['email'] },
    now,
  };
  return decideOutreach(emptyOutreach, command);
}

export function pastRow(told: Told): PastDecisionRow {
  const [requested, decided] = decisionEvents(told);
  if (requested?.type !== 'OutreachRequested' || decided?.type !== 'OutreachDecided') throw new Error('not decided');
  const record = recordedDecision(requested.data, decided);
  if (!record) throw new Error('not recorded');
  return {
    outreachId: record.request.outreachId,
    decidedAt: record.decidedAt,
    record,
    sent: true,
    retries: 0,
    givenBackAt: null,
  };
}

/** Answers pages as the read model does. */
export const pagesOf =
  (rows: readonly PastDecisionRow[]) =>
  async ({
    from,
    to,
    after,
    limit,
  }: {
    from: string;
    to: string;
    after?: PastDecisionRow | { decidedAt: string; outreachId: string };
    limit: number;
  }) =>
    rows
      .filter(({ decidedAt }) => decidedAt >= from && decidedAt < to)
      .filter(
        (row) =>
          !after ||
          row.decidedAt > after.decidedAt ||
          (row.decidedAt === after.decidedAt && row.outreachId > after.outreachId),
      )
      .slice(0, limit);
