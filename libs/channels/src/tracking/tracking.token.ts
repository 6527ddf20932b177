import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an open pixel or a click link says when it is called. No personal data of ours; `url` is the link as it stood in the mail. */
export interface TrackingToken {
  readonly kind: 'open' | 'click';
  /** The provider the mail left through, for whom opens and clicks are told. */
  readonly provider: string;
  readonly tenantId: string;
  readonly deliveryId: string;
  readonly attempt: number;
  /** Milliseconds since the epoch: when the mail was made ready. */
  readonly sentAt: number;
  /** Of a click: position in the mail from 0, and where it leads (absolute, http or https). */
  readonly link?: { readonly position: number; readonly url: string };
}

const MAC_BYTES = 16;
const LONGEST = 4_096;
const OUR_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;

/** Signed with 128 bits of HMAC-SHA-256. Fits one path segment. */
export function signTracking(token: TrackingToken, key: string): string {
  const { kind, provider, tenantId, deliveryId, attempt, sentAt, link } = token;
  const fields = [kind === 'open' ? 'o' : 'c', provider, tenantId, deliveryId, attempt, sentAt.toString(36)];
  const payload = Buffer.from(JSON.stringify(link ? [...fields, link.position, link.url] : fields)).toString(
    'base64url',
  );
  return `${payload}.${macOf(payload, key).toString('base64url')}`;
}

/** The token, where one of the keys signed exactly these characters; else undefined. Never throws. */
export function readTracking(text: string, keys: readonly string[]): TrackingToken | undefined {
  if (text.length > LONGEST) return undefined;
  const [payload = '', mac = '', ...more] = text.split('.');
  const given = Buffer.from(mac, 'base64url');
  // One spelling only: Buffer skips what it does not know, and a last character has bits to spare.
  if (more.length > 0 || given.length !== MAC_BYTES || given.toString('base64url') !== mac) return undefined;
  const signed = keys.map((key) => timingSafeEqual(macOf(payload, key), given)).some(Boolean);
  return signed ? readPayload(payload) : undefined;
}

const macOf = (payload: string, key: string): Buffer =>
  createHmac('sha256', key).update(`homing tracking 1 ${payload}`).digest().subarray(0, MAC_BYTES);

function readPayload(payload: string): TrackingToken | undefined {
  const fields = parsed(payload);
  if (!Array.isArray(fields)) return undefined;
  const [letter, provider, tenantId, deliveryId, attempt, sentAt, position, url] = fields as unknown[];
  const ids = [provider, tenantId, deliveryId].every((id) => typeof id === 'string' && OUR_ID.test(id));
  if (!ids || !Number.isInteger(attempt) || typeof sentAt !== 'string') return undefined;
  const named = {
    provider: String(provider),
    tenantId: String(tenantId),
    deliveryId: String(deliveryId),
    attempt: Number(attempt),
    sentAt: Number.parseInt(sentAt, 36),
  };
  if (letter === 'o') return { kind: 'open', ...named };
  if (letter !== 'c' || !Number.isInteger(position) || typeof url !== 'string' || !isTrackable(url)) return undefined;
  return { kind: 'click', ...named, link: { position: Number(position), url } };
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** An absolute http(s) address without credentials: all that a redirect may lead to. */
export function isTrackable(url: string): boolean {
  if (url.length > 2_000 || !/^https?:\/\/[^\s\\]+$/i.test(url) || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}
