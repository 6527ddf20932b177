import {
  outreachIdOfRef,
  readOutreachRequest,
  type CloudEvent,
  type FieldFault,
  type PoisonReason,
} from '@homing/contracts';
import { isOfOneRequest, takeInEach, type IntakeItem, type IntakeResult, type RequestIntake } from '@homing/intake';
import { PoisonError } from '@homing/messaging';

/** An accepted request. `fresh`: sealed just now, or named on its first way here: most likely nobody has decided it yet. */
export interface TakenIn {
  readonly outreachId: string;
  readonly fresh: boolean;
}

/** The source of a reference that the API publishes once, right after it has sealed. */
const FIRST_REFERENCE = 'api';

/**
 * Turns a micro-batch of `outreach.requested` messages into ids of accepted requests. A message by reference was sealed
 * before it was published; a message with data is read, checked and sealed here, before it is acknowledged.
 */
export async function intakeBatch(
  intake: RequestIntake,
  batch: readonly {
    readonly event: CloudEvent;
    readonly storedAt?: string | undefined;
    readonly redelivered?: boolean;
  }[],
  now: string,
): Promise<PromiseSettledResult<TakenIn>[]> {
  const messages = batch.map(({ event, storedAt = now }) =>
    readMessage(event, { receivedAt: now, offeredAt: storedAt }),
  );
  const items = messages.filter((r): r is Extract<Read, { kind: 'item' }> => r.kind === 'item');
  const results = (
    await takeIn(
      intake,
      items.map((r) => r.item),
    )
  ).values();
  return messages.map((r, i): PromiseSettledResult<TakenIn> => {
    if (r.kind === 'reference') {
      const fresh = batch[i]?.event.source === FIRST_REFERENCE && batch[i].redelivered !== true;
      return { status: 'fulfilled', value: { outreachId: r.outreachId, fresh } };
    }
    if (r.kind === 'poison') return { status: 'rejected', reason: r.error };
    const taken = results.next().value;
    if (taken?.status === 'rejected') return taken;
    const result = taken?.value;
    switch (result?.kind) {
      case 'accepted':
      case 'repeated':
        return {
          status: 'fulfilled',
          value: { outreachId: result.outreachId, fresh: result.kind === 'accepted' },
        };
      case 'invalid':
        return { status: 'rejected', reason: poisonOf('invalid_request', result.faults) };
      case 'different_content':
        return { status: 'rejected', reason: new PoisonError('same_id_different_content') };
      case undefined:
        return { status: 'rejected', reason: new Error('intake answered fewer requests than it was given') };
    }
  });
}

/** What no store can keep is poison; what fails otherwise comes again. */
async function takeIn(
  intake: RequestIntake,
  items: readonly IntakeItem[],
): Promise<PromiseSettledResult<IntakeResult>[]> {
  const results = await takeInEach(intake, items);
  return results.map((result) =>
    result.status === 'rejected' && isOfOneRequest(result.reason)
      ? { status: 'rejected', reason: new PoisonError('cannot_be_stored') }
      : result,
  );
}

type Read =
  | { readonly kind: 'reference'; readonly outreachId: string }
  | { readonly kind: 'item'; readonly item: IntakeItem }
  | { readonly kind: 'poison'; readonly error: PoisonError };

type Times = Pick<IntakeItem, 'receivedAt' | 'offeredAt'>;

/** Whatever a publisher sent is read or is poison: reading never throws. */
function readMessage(event: CloudEvent, times: Times): Read {
  try {
    return read(event, times);
  } catch {
    return { kind: 'poison', error: new PoisonError('unreadable') };
  }
}

function read(event: CloudEvent, times: Times): Read {
  if (!event.id.isWellFormed() || !event.source.isWellFormed()) throw new TypeError('an id that is not Unicode');
  if (event.dataref !== undefined && event.data === undefined) {
    const outreachId = outreachIdOfRef(event.dataref);
    return outreachId
      ? { kind: 'reference', outreachId }
      : { kind: 'poison', error: new PoisonError('unknown_reference') };
  }
  const reading = readOutreachRequest(event.data, { unknownFields: 'report' });
  if (reading.kind === 'invalid') return { kind: 'poison', error: poisonOf('invalid_request', reading.faults) };
  const { request } = reading;
  if (request.tenantId === undefined) {
    return { kind: 'poison', error: new PoisonError('invalid_request', [{ path: 'data.tenantId', code: 'required' }]) };
  }
  const { tenantId, requestId = event.id } = request;
  if (event.tenantid !== undefined && event.tenantid.toLowerCase() !== tenantId) {
    return {
      kind: 'poison',
      error: new PoisonError('invalid_request', [{ path: 'tenantid', code: 'differs_from_data' }]),
    };
  }
  return {
    kind: 'item',
    item: { tenantId, via: 'bus', source: sourceOnBus(event.source), requestId, request, ...times },
  };
}

/** Which door and which publisher, as part of an outreach's identity. */
export const sourceOnBus = (source: string): string => `bus:${source}`;

const poisonOf = (reason: PoisonReason, faults: readonly FieldFault[]): PoisonError =>
  new PoisonError(
    reason,
    faults.map(({ field, code }) => ({ path: field ? `data.${field}` : 'data', code })),
  );
