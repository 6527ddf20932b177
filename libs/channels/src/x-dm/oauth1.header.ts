import { createHmac } from 'node:crypto';

/** What OAuth 1.0a needs of an app and of the user it acts for. Unlike a token of OAuth 2.0, which lasts two hours, these do not expire. */
export interface OAuth1Keys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

export interface SignedCall {
  readonly method: 'GET' | 'POST';
  /** Absolute. Its query is signed, too. */
  readonly url: string;
  /** Of a form; a JSON body is not signed. */
  readonly form?: Readonly<Record<string, string>>;
  /** Never used twice. */
  readonly nonce: string;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** The `Authorization` header of one call (RFC 5849, HMAC-SHA1). */
export function oauth1Header(keys: OAuth1Keys, call: SignedCall): string {
  const own = {
    oauth_consumer_key: keys.consumerKey,
    oauth_nonce: call.nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(call.timestamp),
    oauth_token: keys.accessToken,
    oauth_version: '1.0',
  };
  const url = new URL(call.url);
  const signed = [...url.searchParams, ...Object.entries(call.form ?? {}), ...Object.entries(own)]
    .map(([name, value]) => `${percent(name)}=${percent(value)}`)
    .sort()
    .join('&');
  const base = [call.method, url.origin + url.pathname, signed].map(percent).join('&');
  const key = `${percent(keys.consumerSecret)}&${percent(keys.accessTokenSecret)}`;
  const oauth_signature = createHmac('sha1', key).update(base).digest('base64');
  const parts = Object.entries({ ...own, oauth_signature }).map(([name, value]) => `${name}="${percent(value)}"`);
  return `OAuth ${parts.join(', ')}`;
}

/** RFC 3986: stricter than `encodeURIComponent`. */
const percent = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
