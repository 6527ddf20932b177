import type { OutboundMessage } from '../channel.provider.js';

/** Of so many submissions, in this process: another gateway does not know of them. */
const MOST = 20_000;

/** Which site a campaign has been written to: one submission a site, whoever's page there was named. */
export class SiteMemory {
  readonly #written = new Map<string, string>();

  /** False when another delivery of the campaign has written there. Without a campaign nothing is held against anything. */
  claim({ tenantId, campaignKey, deliveryId }: OutboundMessage, action: string): boolean {
    if (campaignKey === undefined) return true;
    const { host, pathname } = new URL(action);
    const key = JSON.stringify([tenantId, campaignKey, host.replace(/^www\./, ''), pathname]);
    const before = this.#written.get(key);
    if (before !== undefined) return before === deliveryId;
    this.#written.set(key, deliveryId);
    const [oldest] = this.#written.keys();
    if (this.#written.size > MOST && oldest !== undefined) this.#written.delete(oldest);
    return true;
  }
}
