import { isIP } from 'node:net';

/** Where forms may live; others are somebody's inner service more often than a site. */
export const SITE_PORTS: readonly number[] = [80, 443, 8080, 8443];

export interface SitePolicy {
  /** Default {@link SITE_PORTS}. */
  readonly ports?: readonly number[];
  /** `127.0.0.1:8123`: addresses of this machine that a test or a sandbox plays sites at. Default none. */
  readonly loopback?: readonly string[];
}

export type SiteAddress =
  | { readonly kind: 'site'; readonly url: URL; readonly loopback: boolean }
  | { readonly kind: 'refused'; readonly code: SiteRefusal };

export type SiteRefusal =
  | 'address_malformed'
  | 'address_scheme'
  | 'address_credentials'
  | 'address_host'
  | 'address_is_a_number'
  | 'address_port'
  | 'address_not_public'
  | 'address_unknown';

/** Names that never mean a public site. */
const INNER =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|onion|arpa|test|invalid|example)$/;
const NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * Reads where a form stands, before anything is resolved: http or https, a public domain name and never a number in whatever notation, an
 * allowed port, no credentials, no trailing dot, nothing that two readers could read differently.
 */
export function readSiteAddress(text: string, { ports = SITE_PORTS, loopback = [] }: SitePolicy = {}): SiteAddress {
  const refused = (code: SiteRefusal): SiteAddress => ({ kind: 'refused', code });
  // What parsers leave out or turn round silently is where two of them disagree.
  if (text.length > 2_000 || /[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) return refused('address_malformed');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refused('address_scheme');
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(text))
    return refused('address_credentials');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const stated = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
  if (loopback.includes(`${url.hostname}:${port}`) && stated === url.host) return { kind: 'site', url, loopback: true };
  const host = url.hostname.toLowerCase();
  if (host.startsWith('[') || isIP(host) !== 0) return refused('address_is_a_number');
  if (host.endsWith('.') || INNER.test(host) || !NAME.test(host)) return refused('address_host');
  return ports.includes(port) ? { kind: 'site', url, loopback: false } : refused('address_port');
}

const LOOPBACK_SITE = /^(127\.0\.0\.1|\[::1\]):([1-9]\d{0,4})$/;

/**
 * The sites of this machine that may be written to: for tests and the sandbox alone.
 * @throws TypeError, to whoever configures: another address than `127.0.0.1:<port>`, or any outside NODE_ENV `test` and `development`
 */
export function loopbackSites(
  sites: readonly string[],
  nodeEnv: string | undefined = process.env['NODE_ENV'],
): readonly string[] {
  if (sites.length === 0) return sites;
  if (nodeEnv !== 'test' && nodeEnv !== 'development')
    throw new TypeError('sites of this machine are for NODE_ENV test and development alone');
  if (!sites.every((site) => LOOPBACK_SITE.test(site)))
    throw new TypeError('a site of this machine is 127.0.0.1:<port>');
  return sites;
}
