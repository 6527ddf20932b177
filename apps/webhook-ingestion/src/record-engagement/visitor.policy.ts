/** What a call to a pixel or a link shows of whoever makes it. Never kept. */
export interface Visit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Milliseconds from the mail being made ready to the call. */
  readonly sinceSentMs: number;
}

/** Nobody reads that fast: a scanner at the mail server opens and follows everything before the mail is shown. */
const TOO_SOON_MS = 2_000;

const PREFETCH_HEADERS = ['purpose', 'x-purpose', 'sec-purpose', 'x-moz'];

/** Programs that fetch without a person: security gateways, crawlers, previews of links, libraries. */
const MACHINES =
  /bot\b|crawl|spider|slurp|preview|scan|monitor|curl|wget|python|java\/|okhttp|go-http-client|libwww|axios|node-fetch|undici|headless|phantom|barracuda|proofpoint|mimecast|fireeye|trellix|symantec|messagelabs|forcepoint|ironport|safelinks|bitdefender|kaspersky|sophos|trendmicro|facebookexternalhit|slack-imgproxy|whatsapp|telegram/i;

/** All that Apple's Mail Privacy Protection says of itself; a browser says more. */
const BARE = /^mozilla\/5\.0$/i;

/**
 * Whether a machine called: kept as a fact, never counted. Gmail's and Yahoo's image proxies are not taken for one: they fetch when the mail is
 * opened, on behalf of its reader.
 */
export function isMachine({ method, headers, sinceSentMs }: Visit): boolean {
  if (method !== 'GET' || sinceSentMs < TOO_SOON_MS) return true;
  if (PREFETCH_HEADERS.some((name) => /prefetch|preview|prerender/i.test(text(headers[name])))) return true;
  const agent = text(headers['user-agent']).trim();
  return agent === '' || BARE.test(agent) || MACHINES.test(agent);
}

const text = (value: string | readonly string[] | undefined): string =>
  typeof value === 'string' ? value : (value ?? []).join(' ');
