import {
  CONVERSION_REPORTED,
  ConversionBody,
  readConversion,
  type ConversionAnswer,
  type ConversionRefusal,
  type ConversionReport,
} from '@homing/contracts';
import type { ApiParts } from '../api.parts.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import { actorOf, type Caller } from '../security/caller.js';
import { askOverBus } from '../stores/bus.question.js';
import { idempotencyKeyOf } from '../take-request/request-id.policy.js';

/** `accepted`: the bus holds it and it will be recorded if it can be; the same report again tells what became of it. */
export interface ReportedConversion {
  readonly conversionId: string;
  readonly status: 'recorded' | 'duplicate' | 'accepted';
  readonly outreachId?: string;
}

/** Where a report cannot be counted: which field is why, and what to do. */
const REFUSALS: Readonly<Record<Exclude<ConversionRefusal, 'different_content'>, readonly [string, string]>> = {
  unknown_outreach: ['outreachId', 'names no outreach of this tenant'],
  unknown_campaign: ['campaignId', 'names no campaign of this tenant'],
  nothing_delivered: ['recipientId', 'names nobody whom the campaign had reached by then, within the window'],
  not_sent: ['outreachId', 'names an outreach of which nothing was sent'],
  before_sent: ['occurredAt', 'is before its message was sent'],
  in_the_future: ['occurredAt', 'is later than now'],
  other_currency: ['value.currency', 'is another than the campaign’s'],
  negative_value: ['value.micros', 'must be a whole number, not negative'],
  too_many: ['outreachId', 'names an outreach that has as many conversions as one may have'],
};

/** Has a conversion recorded. The same report again is harmless. */
export class ConversionReporter {
  constructor(private readonly parts: Pick<ApiParts, 'bus' | 'settings'>) {}

  /** @throws ProblemError */
  async report(
    caller: Caller,
    { body, idempotencyKey }: { body: unknown; idempotencyKey: string | readonly string[] | undefined },
  ): Promise<ReportedConversion> {
    const idIfNone = idempotencyKeyOf(idempotencyKey);
    const reading = readConversion(body, { unknownFields: 'refuse', as: ConversionBody, idIfNone });
    if (reading.kind === 'invalid') throw new ProblemError('invalid_fields', { errors: reading.faults });
    const { tenantId } = caller;
    const data: ConversionReport = { ...reading.report, tenantId, by: actorOf(caller) };
    const asked = { type: CONVERSION_REPORTED, tenantId, data, publish: this.parts.bus.publishConversion };
    const answer = await askOverBus<ConversionAnswer>(this.parts, asked);
    const { conversionId } = reading.report;
    if (answer?.conversionId !== conversionId) return { conversionId, status: 'accepted' };
    if (answer.status === 'refused') throw refusalOf(answer.reason);
    return { conversionId, status: answer.status, outreachId: answer.outreachId };
  }
}

function refusalOf(reason: ConversionRefusal): ProblemError {
  if (reason === 'different_content')
    return new ProblemError('different_content', { detail: 'the same conversion id came before with other content' });
  const [field, message] = REFUSALS[reason];
  return invalidField(field, reason, message);
}
