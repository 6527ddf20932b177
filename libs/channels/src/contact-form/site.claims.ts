/** One submission of a campaign to a site, whoever's page there was named. */
export interface SiteClaim {
  readonly tenantId: string;
  readonly campaignKey: string;
  /** Of the form's action: the host without `www.`, and the path. */
  readonly site: string;
  readonly deliveryId: string;
}

export interface SiteClaims {
  /** True for the delivery that was first, each time it asks; for every other false. @throws what its store throws: then nothing is sent */
  claim(claim: SiteClaim): Promise<boolean>;
}

/** What is submitted to, as a claim names it. */
export function siteOf(action: string): string {
  const { host, pathname } = new URL(action);
  return `${host.replace(/^www\./, '')}${pathname}`;
}

/** Of so many submissions, in this process alone. */
const MOST = 20_000;

/** For one process, and for as long as it runs: tests, and who wires no store. */
export class SiteMemory implements SiteClaims {
  readonly #written = new Map<string, string>();

  claim({ tenantId, campaignKey, site, deliveryId }: SiteClaim): Promise<boolean> {
    const key = JSON.stringify([tenantId, campaignKey, site]);
    const before = this.#written.get(key);
    if (before !== undefined) return Promise.resolve(before === deliveryId);
    this.#written.set(key, deliveryId);
    const [oldest] = this.#written.keys();
    if (this.#written.size > MOST && oldest !== undefined) this.#written.delete(oldest);
    return Promise.resolve(true);
  }
}
