import { inboundKey, type ProviderInbound } from '@homing/contracts';
import type { SealContext } from '../envelope/envelope.types.js';

/** What stands beside the seal and is authenticated with it. */
export type InboundPlace = Pick<ProviderInbound, 'provider' | 'eventDigest' | 'tenantId'>;

/** Bound to one event of one provider's: under another's name it does not open. */
export const inboundContext = (place: InboundPlace): SealContext => ({
  tenantId: place.tenantId ?? '',
  kind: 'inbound',
  id: inboundKey(place),
});
