import { createHash } from 'node:crypto';
import type { ParseHead, WebhookParser } from '@homing/channels';

/** What was seen first under a key, remembered longer than such a signature is valid. */
export interface ReplayStore {
  /** The content the key was first seen with: `content` itself when it is new. Rejects while that cannot be known. */
  first(provider: string, key: string, content: string): Promise<string>;
}

/**
 * Whether a signature that does not cover the body stands over another body than the first time. The same once more is the
 * provider's honest retry.
 */
export async function isReplayed(
  store: ReplayStore | undefined,
  parser: WebhookParser,
  { rawBody, ...head }: ParseHead & { readonly rawBody: Uint8Array },
): Promise<boolean> {
  const claim = store && parser.replay?.(rawBody, head);
  if (!claim) return false;
  const content = digest(claim.content);
  return (await store.first(parser.provider, digest(claim.key), content)) !== content;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
