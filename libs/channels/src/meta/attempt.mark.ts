import type { AttemptRef } from '../channel.provider.js';

const OUR_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;
const FIRST = 'op';

const CHECK = /^[0-9a-f]{8}$/;

/**
 * Our ids as one opaque word (at most 290 characters), for fields that Meta hands back as they were given.
 * @param check 8 hex digits to be handed back as well ({@link checkOfMark})
 */
export const markOf = ({ deliveryId, attempt, tenantId }: AttemptRef, check?: string): string =>
  [FIRST, deliveryId, attempt, tenantId, ...(check === undefined ? [] : [check])].join('|');

/** Undefined for whatever is no mark of ours. */
export function attemptOfMark(mark: unknown): AttemptRef | undefined {
  if (typeof mark !== 'string') return undefined;
  const [first, deliveryId = '', number = '', tenantId = '', ...rest] = mark.split('|');
  const checked = rest.length === 0 || (rest.length === 1 && CHECK.test(rest[0] ?? ''));
  const sound = first === FIRST && checked && OUR_ID.test(deliveryId) && OUR_ID.test(tenantId);
  return sound && /^[1-9]\d{0,5}$/.test(number) ? { deliveryId, attempt: Number(number), tenantId } : undefined;
}

/** What was put beside our ids; undefined where nothing was, or where it is no mark of ours. */
export const checkOfMark = (mark: unknown): string | undefined =>
  typeof mark === 'string' && attemptOfMark(mark) ? mark.split('|')[4] : undefined;
