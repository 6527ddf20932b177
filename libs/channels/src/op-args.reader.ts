import { attemptOf, OUR_ID } from './echoed-ids.reader.js';
import { matching, present, record } from './json.reading.js';
import type { ParsedFact } from './webhook.parser.js';

/** What an email provider hands back of ours; whatever is not in our form is left out. */
export function readOpArgs(args: unknown): Pick<ParsedFact, 'deliveryId' | 'attempt' | 'tenantId'> {
  const { op_delivery_id, op_attempt, op_tenant_id } = record(args);
  return {
    ...present('deliveryId', matching(op_delivery_id, OUR_ID)),
    ...present('tenantId', matching(op_tenant_id, OUR_ID)),
    ...present('attempt', attemptOf(op_attempt)),
  };
}

/** The enhanced status (`smtp_5_1_1`) in a mail server's sentence, else its three digits (`smtp_550`). Nothing else is kept of it. */
export function smtpCodeIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const enhanced = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(value)?.[1];
  if (enhanced) return `smtp_${enhanced.replaceAll('.', '_')}`;
  const digits = /(?<![\d.])([245]\d\d)(?![\d.])/.exec(value)?.[1];
  return digits ? `smtp_${digits}` : undefined;
}
