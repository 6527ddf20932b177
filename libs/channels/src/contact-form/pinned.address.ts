import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.policy.js';
import { readSiteAddress, type SitePolicy, type SiteRefusal } from './site-address.policy.js';

/** All addresses of a name. @throws what the resolver throws */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

export type Pinned =
  | {
      readonly kind: 'pinned';
      readonly url: URL;
      /** The only address this call may connect to. */
      readonly address: string;
      /** For the connection: says that address, whatever is asked, and asks nobody. */
      readonly lookup: LookupFunction;
    }
  | { readonly kind: 'refused'; readonly code: SiteRefusal };

/**
 * Resolves a site once and pins what it found, so that a name that answers otherwise a moment later changes nothing. Refused when any of
 * its addresses is not public: a name with one foot inside is a trap.
 */
export async function pinSite(text: string, policy: SitePolicy, resolve: Resolve = systemResolve): Promise<Pinned> {
  const site = readSiteAddress(text, policy);
  if (site.kind === 'refused') return site;
  const { url } = site;
  if (site.loopback) return pinned(url, url.hostname.replace(/^\[|\]$/g, ''));
  const found = await resolve(url.hostname).catch(() => []);
  const [first] = found;
  if (!first) return { kind: 'refused', code: 'address_unknown' };
  if (!found.every(({ address }) => isPublicAddress(address))) return { kind: 'refused', code: 'address_not_public' };
  return pinned(url, first.address);
}

function pinned(url: URL, address: string): Pinned {
  const family = address.includes(':') ? 6 : 4;
  const found = { address, family };
  const say: LookupFunction = (_hostname, options, callback) => {
    if (options.all) callback(null, [found]);
    else callback(null, address, family);
  };
  return { kind: 'pinned', url, address, lookup: say };
}
