import type { IntakeItem, IntakeResult } from './intake.types.js';
import type { RequestIntake } from './request.intake.js';

/**
 * Takes a batch in and answers each item by itself: one request that no store can keep must not hold up its batch, so what fails
 * together for the sake of its data is tried one by one. Never rejects; what an item rejects with is what the stores threw.
 */
export async function takeInEach(
  intake: Pick<RequestIntake, 'takeIn'>,
  items: readonly IntakeItem[],
): Promise<PromiseSettledResult<IntakeResult>[]> {
  if (items.length === 0) return [];
  try {
    const results = await intake.takeIn(items);
    if (results.length !== items.length)
      throw new Error('intake answered another number of requests than it was given');
    return results.map((value) => ({ status: 'fulfilled', value }));
  } catch (reason) {
    if (items.length === 1 || !isOfOneRequest(reason)) return items.map(() => ({ status: 'rejected', reason }));
    const singly: PromiseSettledResult<IntakeResult>[] = [];
    for (const item of items) singly.push(...(await takeInEach(intake, [item])));
    return singly;
  }
}

/**
 * Of the data, not of the weather: Postgres refuses the value itself (SQLSTATE class 22, not null, check). A unique or foreign key that
 * is in the way is a race, and what JavaScript throws on the way to a store is a fault of ours or of a driver: both are tried again.
 */
export function isOfOneRequest(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(22\w{3}|23502|23514)$/.test(code);
}
