import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { VaultDatabase } from '../database/vault.tables.js';

/** Who of a campaign writes through a site's form. */
export type SiteClaimWanted = {
  readonly tenantId: string;
  readonly campaignKey: string;
  readonly site: string;
  readonly deliveryId: string;
};

export type SiteClaimBook = {
  /** True for the delivery that was first, each time it asks; for every other false. For good, over all gateways. */
  claim(wanted: SiteClaimWanted): Promise<boolean>;
};

/** Needs `vault_open`. */
export function createSiteClaimBook(db: VaultDatabase): SiteClaimBook {
  return {
    claim: async ({ tenantId, campaignKey, site, deliveryId }) => {
      const digest = createHash('sha256')
        .update(JSON.stringify([tenantId, campaignKey, site]))
        .digest('hex');
      const taken = await sql<{ deliveryId: string }>`
        insert into vault.site_claim (tenant_id, campaign_key, site_sha256, delivery_id)
          values (${tenantId}, ${campaignKey}, ${digest}, ${deliveryId})
        on conflict do nothing returning delivery_id as "deliveryId"`.execute(db);
      if (taken.rows.length > 0) return true;
      const { rows } = await sql<{ deliveryId: string }>`
        select delivery_id as "deliveryId" from vault.site_claim
          where tenant_id = ${tenantId} and campaign_key = ${campaignKey} and site_sha256 = ${digest}`.execute(db);
      return rows[0]?.deliveryId === deliveryId;
    },
  };
}
