export type WebhookKeyUse = 'challenge';

/** One key a provider signs with, sealed to ingestion's own pair. */
export interface SealedWebhookKey {
  /** The operator's name for it; lower case letters, digits, hyphens. */
  readonly id: string;
  /** ISO 8601: from then on it is not in force. Absent: until it is taken away. */
  readonly notAfter?: string;
  /** `challenge`: the word the provider is given with the address (Meta), which signs nothing. Absent: it signs. */
  readonly use?: WebhookKeyUse;
  /** Base64. */
  readonly sealed: string;
}

/** `webhook.keys.<provider>.<account>`: everything that is in force for `/webhooks/<provider>/<account>`; no key: nobody may call there. */
export interface WebhookKeysMessage {
  readonly provider: string;
  readonly account: string;
  /** The tenant whose account it is: it speaks for no other. */
  readonly tenantId: string;
  /** From 1; a lower one than known is old. */
  readonly version: number;
  readonly keys: readonly SealedWebhookKey[];
}

/** How accounts and keys are named: they stand in paths and in subjects. */
export const WEBHOOK_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;
/** The words a webhook's path begins with. */
export const WEBHOOK_PROVIDERS = [
  'sendgrid',
  'mailgun',
  'brevo',
  'mailchimp',
  'smtp',
  'twilio',
  'textbee',
  'meta',
  'x',
  'linkedin',
  'email-delivery',
  'sms-whatsapp-delivery',
  'email-status',
] as const;
/** Keys one account may have at once. */
export const MOST_WEBHOOK_KEYS = 10;

/** What a message says, or undefined when it is none of these. */
export function readWebhookKeys(data: unknown): WebhookKeysMessage | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { provider, account, tenantId, version, keys } = data as Record<string, unknown>;
  if (![provider, account].every((name) => typeof name === 'string' && WEBHOOK_NAME.test(name))) return undefined;
  if (typeof tenantId !== 'string' || !Number.isSafeInteger(version) || !Array.isArray(keys)) return undefined;
  return keys.every(isSealedKey) ? (data as WebhookKeysMessage) : undefined;
}

function isSealedKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { id, notAfter, sealed, use } = value as Record<string, unknown>;
  if (typeof id !== 'string' || typeof sealed !== 'string') return false;
  if (use !== undefined && use !== 'challenge') return false;
  return notAfter === undefined || (typeof notAfter === 'string' && !Number.isNaN(Date.parse(notAfter)));
}
