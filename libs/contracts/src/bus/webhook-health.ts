/** What came of the webhooks of one provider, or of one account there. */
export interface WebhookCounts {
  /** Verified and stored. */
  readonly valid: number;
  readonly forged: number;
  /** Signed, but too old or too new: also counted as forged. */
  readonly stale: number;
  /** Elements of valid webhooks that could not be read; they are kept as dead letters. */
  readonly unreadable: number;
  /** Told to come again. */
  readonly notStored: number;
}

export interface HeardPlace extends WebhookCounts {
  readonly provider: string;
  readonly account?: string;
  readonly tenantId?: string;
  /** How many keys are in force. */
  readonly keys: number;
  /** ISO 8601; absent: none since the process began. */
  readonly lastValidAt?: string;
  readonly lastForgedAt?: string;
}

/** `webhook.health.<process>`: what one process of ingestion has heard since it began, a few seconds old at most. */
export interface WebhookHealthReport {
  /** ISO 8601. */
  readonly since: string;
  readonly at: string;
  readonly places: readonly HeardPlace[];
}

/** What a message says, or undefined when it is none of these. */
export function readWebhookHealth(data: unknown): WebhookHealthReport | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { since, at, places } = data as Record<string, unknown>;
  if (typeof since !== 'string' || typeof at !== 'string' || !Array.isArray(places)) return undefined;
  return places.every(isPlace) ? (data as WebhookHealthReport) : undefined;
}

const COUNTS = ['valid', 'forged', 'stale', 'unreadable', 'notStored', 'keys'] as const;

function isPlace(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const place = value as Record<string, unknown>;
  return typeof place['provider'] === 'string' && COUNTS.every((name) => Number.isSafeInteger(place[name]));
}
