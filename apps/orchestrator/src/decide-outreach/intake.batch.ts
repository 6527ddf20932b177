import { outreachIdOfRef, readOutreachRequest, type CloudEvent, type FieldFault } from '@homing/contracts';
import type { IntakeItem, RequestIntake } from '@homing/intake';
import { PoisonError } from '@homing/messaging';

/**
 * Turns a micro-batch of `outreach.requested` messages into ids of accepted requests. A message by reference was sealed
 * before it was published; a message with data is read, checked and sealed here, before it is acknowledged.
 */
export async function intakeBatch(
  intake: RequestIntake,
  events: readonly CloudEvent[],
  now: string,
): Promise<PromiseSettledResult<string>[]> {
  const read = events.map((event) => readMessage(event, now));
  const items = read.filter((r): r is Extract<Read, { kind: 'item' }> => r.kind === 'item');
  const taken = items.length > 0 ? await intake.takeIn(items.map((r) => r.item)) : [];
  const results = taken.values();
  return read.map((r): PromiseSettledResult<string> => {
    if (r.kind === 'reference') return { status: 'fulfilled', value: r.outreachId };
    if (r.kind === 'poison') return { status: 'rejected', reason: r.error };
    const result = results.next().value;
    switch (result?.kind) {
      case 'accepted':
      case 'repeated':
        return { status: 'fulfilled', value: result.outreachId };
      case 'invalid':
        return { status: 'rejected', reason: poisonOf('invalid_request', result.faults) };
      case 'different_content':
        return { status: 'rejected', reason: new PoisonError('same_id_different_content') };
      case undefined:
        return { status: 'rejected', reason: new Error('intake answered fewer requests than it was given') };
    }
  });
}

type Read =
  | { readonly kind: 'reference'; readonly outreachId: string }
  | { readonly kind: 'item'; readonly item: IntakeItem }
  | { readonly kind: 'poison'; readonly error: PoisonError };

function readMessage(event: CloudEvent, now: string): Read {
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
  return { kind: 'item', item: { tenantId, via: 'bus', source: event.source, requestId, request, receivedAt: now } };
}

const poisonOf = (reason: string, faults: readonly FieldFault[]): PoisonError =>
  new PoisonError(
    reason,
    faults.map(({ field, code }) => ({ path: field ? `data.${field}` : 'data', code })),
  );
