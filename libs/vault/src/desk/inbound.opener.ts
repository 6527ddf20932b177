import type { InboundItem, ProviderInbound } from '@homing/contracts';
import { inboundContext } from '../dead-letter/inbound.content.js';
import { EnvelopeOpener } from '../open/envelope.opener.js';

/** Rejects with `EnvelopeError` when it was sealed to another key, stands under another name, or was altered. */
export type OpenInbound = (inbound: ProviderInbound) => Promise<InboundItem>;

/**
 * Opens what people wrote to us, as ingestion sealed it.
 * @param settings.openKey private half of the dead letters' own key pair, base64
 * @throws {TypeError} when the key is malformed
 */
export function createInboundOpener(settings: { readonly openKey: string }): OpenInbound {
  const opener = new EnvelopeOpener(settings.openKey, 0);
  return async (inbound) => {
    const bytes = await opener.openForInstallation(Buffer.from(inbound.sealed, 'base64'), inboundContext(inbound));
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as InboundItem;
  };
}
