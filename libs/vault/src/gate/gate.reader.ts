import type { CampaignStatus, SuppressionReason } from '@homing/contracts';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';
import type { CampaignStanding, GateAnswer, GateQuestion, GateReader } from './gate.types.js';

export function createGateReader(db: VaultDatabase): GateReader {
  return {
    ask: async (questions) => {
      if (questions.length === 0) return [];
      const { rows } = await gateRows(questions).execute(db);
      const found = new Map(rows.map((row) => [Number(row.at) - 1, row]));
      return questions.map((question, place) => answerOf(question, found.get(place)));
    },
    restingCampaigns: async (refs) => {
      if (refs.length === 0) return [];
      const { rows } = await sql<StandingRow>`
        select distinct ${standing} from unnest(${refs.map((ref) => ref.tenantId)}::uuid[],
          ${refs.map((ref) => ref.campaignKey)}::uuid[]) as w (tenant_id, id)
        join registry.campaign c using (tenant_id, id) where c.status <> 'active'`.execute(db);
      return rows.map(standingOf);
    },
    statusesSetWithin: async (ms) => {
      const { rows } = await sql<StandingRow>`select ${standing} from registry.campaign c
        where c.status_changed_at > clock_timestamp() - ${ms} * interval '1 millisecond'`.execute(db);
      return rows.map(standingOf);
    },
  };
}

type GateRow = {
  at: string;
  status: CampaignStatus | null;
  reason: SuppressionReason | null;
  revision: string | null;
  /** Of consent that was given and has run out: `expired`. */
  consent: 'granted' | 'withdrawn' | 'expired' | null;
  consent_id: string | null;
};

function gateRows(questions: readonly GateQuestion[]) {
  return sql<GateRow>`
    select w.at, c.status, case when s.suppressed then (select r.said ->> 'reason' from jsonb_array_elements(s.reasons) with ordinality as r (said, at)
        where r.said ->> 'reason' is distinct from w.despite order by r.at limit 1) end as reason,
      greatest(s.revision, k.revision)::text as revision, k.consent_id,
      case when k.standing = 'granted' and k.valid_until <= clock_timestamp() then 'expired' else k.standing end as consent
    from unnest(${questions.map((q) => q.tenantId)}::uuid[], ${questions.map((q) => q.campaignKey ?? null)}::uuid[],
      ${questions.map((q) => q.fingerprint)}::text[], ${questions.map((q) => q.despite ?? null)}::text[],
      ${questions.map((q) => q.consent?.channel ?? null)}::text[], ${questions.map((q) => q.consent?.purpose ?? null)}::text[])
      with ordinality as w (tenant_id, campaign_id, fingerprint, despite, channel, purpose, at)
    left join registry.campaign c on c.id = w.campaign_id and c.tenant_id = w.tenant_id
    left join vault.suppression s on s.tenant_id = w.tenant_id and s.fingerprint = w.fingerprint
    left join vault.consent k on k.tenant_id = w.tenant_id and k.fingerprint = w.fingerprint
      and k.channel = w.channel and k.purpose = w.purpose`;
}

function answerOf({ campaignKey, consent }: GateQuestion, row: GateRow | undefined): GateAnswer {
  if (row?.reason) return { kind: 'suppressed', reason: row.reason };
  const refused = consent && refusalOf(consent.required, row?.consent ?? null);
  if (refused) return { kind: 'no_consent', reason: refused };
  const open = {
    kind: 'open',
    ...(row?.revision ? { contactRevision: row.revision } : {}),
    ...(row?.consent === 'granted' && row.consent_id ? { consentId: row.consent_id } : {}),
  } as const;
  if (campaignKey === undefined) return open;
  switch (row?.status) {
    case 'active':
      return open;
    case 'paused':
    case 'stopped':
      return { kind: row.status };
    default:
      return { kind: 'campaign_missing' };
  }
}

/** As the decision weighs it: a withdrawal always counts, the rest where consent is required. */
function refusalOf(
  required: boolean,
  stands: GateRow['consent'],
): Extract<GateAnswer, { kind: 'no_consent' }>['reason'] | undefined {
  if (stands === 'withdrawn') return 'consent_withdrawn';
  if (!required || stands === 'granted') return undefined;
  return stands === 'expired' ? 'consent_expired' : 'consent_missing';
}

type StandingRow = Omit<CampaignStanding, 'changedAt'> & { changedAt: Date };
const standing = sql`c.tenant_id as "tenantId", c.id as "campaignKey", c.status, c.status_changed_at as "changedAt"`;
const standingOf = (row: StandingRow): CampaignStanding => ({ ...row, changedAt: row.changedAt.toISOString() });
