import type { Channel, OutreachRequested } from '@homing/contracts';
import type { SenderBook } from '@homing/vault/suppression';

export type LastInboundAt = Readonly<Partial<Record<Channel, string>>>;

/** When the persons of a batch last wrote to us, by channel, in its order; undefined where they never did. Set-wise, one read. */
export const lastInboundOf =
  (book: Pick<SenderBook, 'lastInbound'>) =>
  async (requests: readonly OutreachRequested[]): Promise<readonly (LastInboundAt | undefined)[]> => {
    const refs = requests.flatMap(({ tenantId, contacts }) =>
      contacts.map(({ fingerprint }) => ({ tenantId, fingerprint })),
    );
    const words = await book.lastInbound(refs);
    return requests.map(({ tenantId, contacts }) => {
      const last: Partial<Record<Channel, string>> = {};
      for (const { channel, at } of words.filter(
        (word) => word.tenantId === tenantId && contacts.some(({ fingerprint }) => fingerprint === word.fingerprint),
      ))
        if (at > (last[channel] ?? '')) last[channel] = at;
      return Object.keys(last).length > 0 ? last : undefined;
    });
  };
