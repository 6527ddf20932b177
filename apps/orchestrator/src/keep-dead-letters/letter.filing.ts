import { DEAD_LETTER_HEADERS, isPoisonReason } from '@homing/contracts';
import { PoisonError } from '@homing/messaging';
import type { FiledLetter } from '@homing/vault/desk';

/** What the bus says of a stored letter. */
export interface LetterOnBus {
  readonly header: (name: string) => string | undefined;
  readonly messageId: string | undefined;
  readonly sequence: number;
  /** ISO 8601. */
  readonly storedAt: string;
}

/** A letter without the check whether its tenant exists. */
export type ReadLetter = Omit<FiledLetter, 'tenantId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HASH = /^[\w-]{43}$/;

/** @throws PoisonError when it is no letter of ours: nobody else may write there, and nothing is lost by passing it over */
export function readLetter({ header, messageId, sequence, storedAt: buriedAt }: LetterOnBus): ReadLetter {
  const of = (name: keyof typeof DEAD_LETTER_HEADERS): string | undefined => header(DEAD_LETTER_HEADERS[name]);
  const [consumer, reason, subject, size] = [of('consumer'), of('reason'), of('subject'), Number(of('size'))];
  const storedAt = instant(of('storedAt'));
  if (!messageId || !consumer || !subject || !storedAt || !Number.isSafeInteger(size) || size < 0)
    throw new PoisonError('unreadable');
  if (reason === undefined || !isPoisonReason(reason)) throw new PoisonError('unreadable');
  const [stream, place, sealedTenant] = [of('stream'), Number(of('sequence')), of('tenant')];
  return {
    messageId,
    sealedTenant: sealedTenant ?? null,
    consumer,
    reason,
    faults: faultsOf(of('faults')),
    subject,
    source: stream !== undefined && Number.isSafeInteger(place) ? { stream, sequence: place } : null,
    storedAt,
    buriedAt,
    size,
    digest: of('digest') ?? null,
    sequence,
    subjects: (of('subjects') ?? '').split(' ').filter((hash) => HASH.test(hash)),
  };
}

/** A tenant id, as far as its form goes. */
export const isTenantId = (text: string | null): text is string => text !== null && UUID.test(text);

const instant = (text: string | undefined): string | undefined => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
};

function faultsOf(text: string | undefined): FiledLetter['faults'] {
  try {
    const faults: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(faults)) return [];
    return faults.flatMap((fault: { path?: unknown; code?: unknown } | null) =>
      typeof fault?.path === 'string' && typeof fault.code === 'string' ? [{ path: fault.path, code: fault.code }] : [],
    );
  } catch {
    return [];
  }
}
