import type { ParsedFact } from './webhook.parser.js';

const OUR_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;

/** The value if it is a text of that form. */
export const matching = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

export const present = <K extends string>(key: K, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;

/** What a provider hands back of ours; whatever is not in our form is left out. */
export function readOpArgs(args: unknown): Pick<ParsedFact, 'deliveryId' | 'attempt' | 'tenantId'> {
  if (typeof args !== 'object' || args === null) return {};
  const { op_delivery_id, op_attempt, op_tenant_id } = args as Readonly<Record<string, unknown>>;
  const attempt = Number(op_attempt);
  return {
    ...present('deliveryId', matching(op_delivery_id, OUR_ID)),
    ...present('tenantId', matching(op_tenant_id, OUR_ID)),
    ...(Number.isInteger(attempt) && attempt > 0 && attempt < 1_000_000 ? { attempt } : {}),
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
