import type { SealContext } from '../envelope/envelope.types.js';

/** Which key of which account this is. */
export interface WebhookKeyPlace {
  readonly tenantId: string;
  readonly provider: string;
  readonly account: string;
  readonly keyId: string;
}

/** Bound to one key of one account: under another's name it does not open. */
export const webhookKeyContext = ({ tenantId, provider, account, keyId }: WebhookKeyPlace): SealContext => ({
  tenantId,
  kind: 'webhook-key',
  id: `${provider}/${account}/${keyId}`,
});
