import type { OutreachRequested } from '@homing/contracts';
import { despiteOf } from '@homing/domain';
import type { SuppressionStore } from '@homing/vault/suppression';

/** One tenant's address: what another tenant holds back is no concern of this one. */
export const heldBackKey = ({ tenantId, fingerprint }: { tenantId: string; fingerprint: string }): string =>
  `${tenantId}/${fingerprint}`;

/** `heldBackKey` of a batch's contacts that are held back for their tenant (bounced, complained, unsubscribed), in one read. */
export const heldBackOf =
  (store: Pick<SuppressionStore, 'suppressedContacts'>) =>
  async (requests: readonly OutreachRequested[]): Promise<ReadonlySet<string>> => {
    const refs = requests.flatMap(({ contacts, ...request }) =>
      contacts.map(({ fingerprint }) => ({ tenantId: request.tenantId, fingerprint, ...despiteOf(request) })),
    );
    const reasons = refs.length === 0 ? [] : await store.suppressedContacts(refs);
    return new Set(refs.filter((_, i) => reasons[i] !== undefined).map(heldBackKey));
  };
