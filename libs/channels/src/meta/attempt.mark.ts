import type { AttemptRef } from '../channel.provider.js';

const OUR_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;
const FIRST = 'op';

/** Our ids as one opaque word (at most 280 characters), for fields that Meta hands back as they were given. */
export const markOf = ({ deliveryId, attempt, tenantId }: AttemptRef): string =>
  [FIRST, deliveryId, attempt, tenantId].join('|');

/** Undefined for whatever is no mark of ours. */
export function attemptOfMark(mark: unknown): AttemptRef | undefined {
  if (typeof mark !== 'string') return undefined;
  const [first, deliveryId = '', number = '', tenantId = '', ...rest] = mark.split('|');
  const sound = first === FIRST && rest.length === 0 && OUR_ID.test(deliveryId) && OUR_ID.test(tenantId);
  return sound && /^[1-9]\d{0,5}$/.test(number) ? { deliveryId, attempt: Number(number), tenantId } : undefined;
}
