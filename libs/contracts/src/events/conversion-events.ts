import type { Recorded } from './outreach-events.js';

/** On `conversion-{key}`: to which outreach a conversion belongs, for good. So its id counts once in a tenant, whatever is reported under it. */
export type ConversionEvent = Recorded<'ConversionAttributed', ConversionAttributed>;

export interface ConversionAttributed {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly at: string;
}
