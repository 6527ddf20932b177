// What can be done to a signed request on its way: some of it must not matter, the rest must not pass.
import type { WebhookRequest } from './webhook.parser.js';

/** Changes that leave a request what it was. */
export const HARMLESS = ['none', 'header-case', 'rotated-in'] as const;
/** Changes after which nobody may believe it. */
export const FORGED = ['body-bit', 'signature-bit', 'no-signature', 'signature-twice', 'other-key', 'no-key'] as const;
export type Mutation = (typeof HARMLESS)[number] | (typeof FORGED)[number];

export const isHarmless = (kind: string): boolean => (HARMLESS as readonly string[]).includes(kind);

/** Full size: 10,000; else `quick`. */
export const mutationRuns = (quick = 1_000): number => (process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : quick);

/** @param n picks the bit or the spelling; @param otherKey one that was never in force */
export function mutate(
  request: WebhookRequest,
  kind: Mutation,
  { n, header, otherKey }: { readonly n: number; readonly header: string; readonly otherKey: string },
): WebhookRequest {
  const headers: Record<string, string> = { ...(request.headers as Record<string, string>) };
  switch (kind) {
    case 'none':
      return request;
    case 'header-case': {
      const spell = (name: string) =>
        [...name].map((c, i) => ((n >> (i % 31)) & 1 ? c.toUpperCase() : c.toLowerCase())).join('');
      return { ...request, headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [spell(k), v])) };
    }
    case 'rotated-in':
      return { ...request, keys: n % 2 ? [otherKey, ...request.keys] : [...request.keys, otherKey] };
    case 'body-bit':
      return { ...request, rawBody: flipped(request.rawBody, n) };
    case 'signature-bit': {
      const bytes = flipped(Buffer.from(headers[header] ?? '', 'latin1'), n);
      return { ...request, headers: { ...headers, [header]: Buffer.from(bytes).toString('latin1') } };
    }
    case 'no-signature':
      return { ...request, headers: { ...headers, [header]: '' } };
    case 'signature-twice':
      return {
        ...request,
        headers: { ...headers, [header.toUpperCase()]: headers[header], [header]: headers[header] },
      };
    case 'other-key':
      return { ...request, keys: [otherKey] };
    case 'no-key':
      return { ...request, keys: n % 2 ? [] : ['', ' '] };
  }
}

export function flipped(bytes: Uint8Array, n: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const bit = n % (copy.length * 8);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
