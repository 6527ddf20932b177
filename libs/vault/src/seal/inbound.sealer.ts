import type { InboundItem } from '@homing/contracts';
import { inboundContext, type InboundPlace } from '../dead-letter/inbound.content.js';
import { createSealer } from './sealer.js';

/** Base64, as `ProviderInbound.sealed` holds it. */
export type SealInbound = (item: InboundItem, place: InboundPlace) => Promise<string>;

/**
 * Seals what people wrote to us, for the desk.
 * @param settings.sealKey public half of the dead letters' own pair, base64
 * @throws {TypeError} when the key is malformed
 */
export function createInboundSealer(settings: { readonly sealKey: string }): SealInbound {
  const sealer = createSealer(settings);
  return async (item, place) => {
    const bytes = Buffer.from(JSON.stringify(item), 'utf8');
    return Buffer.from(await sealer.sealForInstallation(bytes, inboundContext(place))).toString('base64');
  };
}
