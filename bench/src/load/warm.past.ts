import { createHash, randomUUID } from 'node:crypto';
import type { LocalStack } from '@homing/testing/local-stack';
import { adminUrl, withClient } from '../stack/store.access.js';

export interface WarmWish {
  /** Addresses held back. */
  readonly suppressed: number;
  /** Outreach sent and delivered long enough ago to count; a third of them opened. */
  readonly delivered: number;
}

const STATEMENTS = {
  suppression: `insert into vault.suppression
    (tenant_id, fingerprint, channel, mask, reasons, suppressed, since, revision, changed_at)
    select $1, f, 'email', 'b***', '[{"reason":"hard_bounce","since":"2026-01-01T00:00:00.000Z"}]', true, '2026-01-01T00:00:00Z', 0, now()
    from unnest($2::text[]) as t (f)`,
  outreach: `insert into read_model.outreach
    (outreach_id, tenant_id, person_id, message_type, urgency, strategy, via, state, channel_used, customer_type,
      accepted_at, expires_at, decided_at, sent_at, revision, updated_position)
    select id, $1, gen_random_uuid()::text, 'bench', 'normal', 'single', 'bus', 'delivered', 'email',
      case n % 3 when 0 then null when 1 then 'new' else 'existing' end,
      at, at + interval '3 days', at, at, 6, 0
    from unnest($2::uuid[]) with ordinality as t (id, n), lateral (select now() - interval '30 hours' - n * interval '2 minutes') as w (at)`,
  delivery: `insert into read_model.delivery_status
    (delivery_id, outreach_id, tenant_id, leg, channel, state, attempts, retry_count, provider, expires_at, sent_at, queued_at,
      delivered_at, opened_at, updated_position)
    select 'bench-' || outreach_id, outreach_id, tenant_id, 1, 'email', 'delivered', 1, 0, 'sendgrid', expires_at, sent_at, sent_at,
      sent_at, case when get_byte(uuid_send(outreach_id), 0) % 3 = 0 then sent_at + interval '1 hour' end, 0
    from read_model.outreach where outreach_id = any($2::uuid[]) and tenant_id = $1`,
} as const;

/**
 * Writes what a tenant in use has: addresses held back, in the gate's table, and a past of messages, in the read model. Straight into the
 * tables that decisions read: how they came there is not what is measured. Returns what takes it away again.
 */
export async function warmPast(stack: LocalStack, { suppressed, delivered }: WarmWish): Promise<() => Promise<void>> {
  const tenantId = stack.env['TENANT_ID'] ?? '';
  const run = randomUUID();
  const fingerprints = Array.from({ length: suppressed }, (_, n) =>
    createHash('sha256').update(`${run} ${n}`).digest('base64url'),
  );
  const ids = Array.from({ length: delivered }, () => randomUUID());
  const vault = adminUrl(stack, 'postgres', 'vault');
  const read = adminUrl(stack, 'postgres', 'read');
  await withClient(vault, async (client) => {
    await client.query(STATEMENTS.suppression, [tenantId, fingerprints]);
    await client.query('analyze vault.suppression');
  });
  await withClient(read, async (client) => {
    await client.query(STATEMENTS.outreach, [tenantId, ids]);
    await client.query(STATEMENTS.delivery, [tenantId, ids]);
    await client.query('analyze read_model.outreach, read_model.delivery_status');
  });
  return async () => {
    await withClient(vault, (client) =>
      client.query('delete from vault.suppression where fingerprint = any($1::text[])', [fingerprints]),
    );
    await withClient(read, async (client) => {
      await client.query('delete from read_model.delivery_status where outreach_id = any($1::uuid[])', [ids]);
      await client.query('delete from read_model.outreach where outreach_id = any($1::uuid[])', [ids]);
    });
  };
}
