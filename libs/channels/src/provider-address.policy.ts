const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True for an address that cannot leave this machine. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/**
 * The base address a provider is called at, checked once when the provider is made.
 *
 * @throws TypeError, to whoever configures: no http(s) address, credentials in it, or, under NODE_ENV=test, an address
 *   that leaves this machine. No test may ever reach a real provider.
 */
export function providerAddress(baseUrl: string, nodeEnv: string | undefined = process.env['NODE_ENV']): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('a provider address must be an http or https URL');
  if (url.username || url.password) throw new TypeError('a provider address must not carry credentials');
  if (nodeEnv === 'test' && !isLoopback(url)) throw new TypeError('NODE_ENV=test: only loopback provider addresses');
  return url.href.replace(/\/$/, '');
}
