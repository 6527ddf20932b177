export interface BusServers {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly tls?: object;
}

/** Splits a comma-separated list of bus URLs; credentials and TLS are taken from the URLs (the client itself ignores them there). */
export function parseServers(text: string): BusServers {
  const urls = text.split(',').map((part) => new URL(part.trim()));
  const named = urls.find((url) => url.username !== '');
  return {
    servers: urls.map((url) => `${url.hostname}:${url.port || '4222'}`),
    ...(named ? { user: decodeURIComponent(named.username), pass: decodeURIComponent(named.password) } : {}),
    ...(urls.some((url) => url.protocol === 'tls:') ? { tls: {} } : {}),
  };
}
