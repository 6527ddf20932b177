import type { OutboundMessage } from '../channel.provider.js';
import { isTrackable, signTracking } from './tracking.token.js';

/** Our own tracking, for providers without one. */
export interface Tracking {
  /** Public address of webhook ingestion; `/t/o/` and `/t/c/` follow. */
  readonly baseUrl: string;
  /** Signs what the links say; at least 32 characters. */
  readonly key: string;
}

export interface TrackedMail extends Tracking {
  readonly message: Pick<OutboundMessage, 'deliveryId' | 'attempt' | 'tenantId' | 'headers'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Default `smtp`. */
  readonly provider?: string;
}

const LINK = /<(?:a|area)\b[^>]*>/gi;
const HREF = /(\shref\s*=\s*)("([^"]*)"|'([^']*)'|([^\s"'>]+))/i;

/**
 * The HTML with its links leading through us and an open pixel at its end. Left as they are: links that are no absolute http(s)
 * address, links marked `data-tracking="off"`, and the address in `List-Unsubscribe`: leaving must not depend on our redirect.
 */
export function tracked(html: string, mail: TrackedMail): string {
  const { message, now, baseUrl, key, provider = 'smtp' } = mail;
  const { tenantId, deliveryId, attempt } = message;
  const named = { provider, tenantId, deliveryId, attempt, sentAt: now };
  const base = baseUrl.replace(/\/$/, '');
  const kept = unsubscribeAddresses(message.headers);
  let position = 0;
  const linked = html.replace(LINK, (tag) => {
    if (/\sdata-tracking\s*=\s*["']?off\b/i.test(tag)) return tag;
    return tag.replace(HREF, (whole, before: string, _quoted, double?: string, single?: string, bare?: string) => {
      const url = unescaped(double ?? single ?? bare ?? '').trim();
      if (!isTrackable(url) || kept.has(url)) return whole;
      const token = signTracking({ kind: 'click', ...named, link: { position: position++, url } }, key);
      return `${before}"${base}/t/c/${token}"`;
    });
  });
  const pixel = `<img src="${base}/t/o/${signTracking({ kind: 'open', ...named }, key)}" width="1" height="1" alt="" style="display:block;border:0">`;
  const end = /<\/body\s*>(?![\s\S]*<\/body\s*>)/i.exec(linked);
  return end ? `${linked.slice(0, end.index)}${pixel}${linked.slice(end.index)}` : `${linked}${pixel}`;
}

const unsubscribeAddresses = (headers: OutboundMessage['headers']): ReadonlySet<string> =>
  new Set(
    Object.entries(headers ?? {})
      .filter(([name]) => name.toLowerCase() === 'list-unsubscribe')
      .flatMap(([, value]) => [...value.matchAll(/<([^>]*)>/g)].map((match) => match[1] ?? '')),
  );

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

/** The character references that occur in addresses. */
const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(amp|quot|apos|lt|gt));/gi, (_all, decimal, hex, name) =>
    name
      ? (ENTITIES[(name as string).toLowerCase()] ?? '')
      : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex as string, 16)),
  );
