import { placeMessage as searchPlace, type Placed, type PlaceMessage } from '@homing/domain';
import { campaignDay, quotaZone } from '@homing/intake/rules';
import type { AskedBooks } from './ledger.runner.js';

export type { Placed, PlaceMessage } from '@homing/domain';

export interface PlaceParts {
  readonly books: Pick<AskedBooks, 'balance'>;
  /** IANA zone of the campaign's days. */
  readonly zone: string;
  /** IANA zone of the days that channels' quotas are counted by. */
  readonly tenantZone: string;
}

/** The search for room, each of its questions put to the books. */
export async function placeMessage({ books, zone, tenantZone }: PlaceParts, message: PlaceMessage): Promise<Placed> {
  const search = searchPlace(
    { campaignDay: (instant) => campaignDay(instant, zone), quotaZone: (span) => quotaZone(tenantZone, span) },
    message,
  );
  let step = search.next();
  while (!step.done) {
    const { stream, command } = step.value;
    step = search.next(await books.balance(stream, message.tenantId, command));
  }
  return step.value;
}
