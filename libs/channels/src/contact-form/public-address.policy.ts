import ipaddr from 'ipaddr.js';

/** Ranges that `ipaddr.js` calls plain unicast and that are still nobody's public site. */
const ALSO_REFUSED = [
  '64:ff9b:1::/48',
  '100::/64',
  '2001:2::/48',
  '2001:20::/28',
  '3fff::/20',
  '5f00::/16',
  'fec0::/10',
].map((range) => ipaddr.IPv6.parseCIDR(range));

/** All that is given out: whatever lies outside is nobody's yet, or an old way of writing an IPv4 address (`::7f00:1`). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * True only for an address that is anybody's to reach on the public internet. Loopback, private, link-local, carrier-grade NAT, multicast,
 * reserved and documentation ranges are not, nor is any IPv6 form that carries an IPv4 address within (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return false;
  if (text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(GLOBAL_UNICAST) && !ALSO_REFUSED.some((range) => address.match(range));
}
