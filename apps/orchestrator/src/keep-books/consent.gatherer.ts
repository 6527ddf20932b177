import type { OutreachRequested } from '@homing/contracts';
import { purposeOf, type KnownConsent } from '@homing/domain';
import type { ConsentRef, ConsentStore } from '@homing/vault/consent';

/** What the register says of the addresses of a batch, each for what its message is for, in the batch's order; in one read. */
export const consentsOf =
  (store: Pick<ConsentStore, 'standingConsents'>) =>
  async (requests: readonly OutreachRequested[]): Promise<readonly (readonly KnownConsent[])[]> => {
    const refs = requests.flatMap(({ tenantId, messageType, contacts }) =>
      contacts.map(({ channel, fingerprint }) => ({ tenantId, fingerprint, channel, purpose: purposeOf(messageType) })),
    );
    const standing = refs.length === 0 ? [] : await store.standingConsents(refs);
    const known = new Map(standing.map((each) => [keyOf(each), each]));
    return requests.map(({ tenantId, messageType, contacts }) =>
      contacts.flatMap(({ channel, fingerprint }): KnownConsent[] => {
        const found = known.get(keyOf({ tenantId, fingerprint, channel, purpose: purposeOf(messageType) }));
        if (!found) return [];
        const { kind, consentId, validUntil } = found;
        const standing: KnownConsent['standing'] =
          kind === 'withdrawn'
            ? { kind, consentId }
            : { kind, consentId, ...(validUntil === undefined ? {} : { validUntil }) };
        return [{ channel, fingerprint, standing }];
      }),
    );
  };

const keyOf = ({ tenantId, fingerprint, channel, purpose }: ConsentRef): string =>
  `${tenantId} ${fingerprint} ${channel} ${purpose}`;
