import type { Recorded } from './outreach-events.js';
import type { Money } from '../money.js';

/** On `conversion-{key}`: to which outreach a conversion belongs, for good. So its id counts once in a tenant, whatever is reported under it. */
export type ConversionEvent = Recorded<'ConversionAttributed', ConversionAttributed>;

export interface ConversionAttributed {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly at: string;
}

/** Somebody whom it reached did what it was for. Counts once under its id, however late, and changes nothing of what was sent. */
export interface ConversionReported {
  /** Keyed hash of the id it was reported under. */
  readonly conversionKey: string;
  readonly kind: string;
  /** Absent: it was given none. */
  readonly value?: Money;
  readonly occurredAt: string;
  /** The report named the outreach; or the campaign and recipient, and this was the last that had reached them. */
  readonly attribution: 'named' | 'last_delivered';
  /** The service or key that said so. */
  readonly by?: string;
  readonly at: string;
}
