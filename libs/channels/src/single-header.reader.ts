import type { WebhookRequest } from './webhook.parser.js';

/** The one value of a header, its name in any case; undefined where there is none or more than one. */
export function singleHeader(headers: WebhookRequest['headers'], name: string): string | undefined {
  const values = Object.entries(headers).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== undefined ? value : [],
  );
  return values.length === 1 ? values[0] : undefined;
}
