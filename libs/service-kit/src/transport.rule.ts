const verified = ['require', 'verify-ca', 'verify-full'];

/**
 * The hosts that would be spoken to without an encrypted connection to a server whose certificate is checked, for the protocols
 * services use. This machine itself (loopback, a socket file) needs none.
 */
export const hostsInClear = (addresses: readonly URL[]): string[] =>
  addresses.filter((url) => !isThisMachine(url) && !isEncrypted(url)).map(({ hostname }) => hostname);

function isThisMachine({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === '' || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function isEncrypted({ protocol, searchParams }: URL): boolean {
  switch (protocol) {
    case 'https:':
    case 'tls:':
    case 'smtps:':
      return true;
    case 'esdb:':
    case 'esdb+discover:':
      return searchParams.get('tls') !== 'false';
    case 'postgres:':
    case 'postgresql:':
      return verifiesPostgres(searchParams);
    default:
      return false;
  }
}

/** pg takes `require` for `verify-full`; with `uselibpqcompat` it does not. */
function verifiesPostgres(params: URLSearchParams): boolean {
  const mode = params.get('sslmode');
  if (params.get('uselibpqcompat') === 'true') return mode === 'verify-full';
  return mode === null ? ['true', '1'].includes(params.get('ssl') ?? '') : verified.includes(mode);
}
