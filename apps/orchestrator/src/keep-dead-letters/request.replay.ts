import {
  acceptedRef,
  OUTREACH_REQUESTED,
  outreachIdOfRef,
  readMessage,
  readOutreachRequest,
  type FieldFault,
  type OutreachRequestDto,
  type ReadableMessage,
} from '@homing/contracts';
import { bareMessageId, cloudEvent } from '@homing/messaging';
import type { DeskLetter, LetterContent } from '@homing/vault/desk';
import { isOfOneRequest } from '@homing/intake';
import { sourceOnBus } from '../decide-outreach/intake.batch.js';
import type { Replay, Replayed, ReplayParts } from './replay.types.js';

interface Identity {
  readonly source: string;
  readonly requestId: string;
}

/**
 * A request that could not be taken in, as it was or repaired: taken in now, under the source and id it came with. Accepted, it is sealed
 * and durable like any other, and the bus carries a reference to it.
 */
export async function replayRequest(parts: ReplayParts, { letter, content, repaired }: Replay): Promise<Replayed> {
  const message = readMessage(content.bytes);
  const referred = repaired === undefined ? referenceOf(message) : undefined;
  if (referred !== undefined)
    return refer(parts, letter, { outreachId: referred, tenantId: letter.sealedTenant ?? '-' });
  const identity = identityOf(letter, content, message);
  const read = readBody(letter, identity, repaired ?? message?.data);
  if (read.kind === 'faulty') return read;
  const { request, tenantId } = read;
  const item = {
    tenantId,
    via: 'bus',
    source: sourceOnBus(identity.source),
    requestId: identity.requestId,
    request,
    receivedAt: parts.now(),
  } as const;
  const [result] = await parts.intake.takeIn([item]).catch((error: unknown) => {
    if (!isOfOneRequest(error)) throw error;
    return [{ kind: 'invalid' as const, faults: [cannotBeStored] }];
  });
  switch (result?.kind) {
    case 'accepted':
    case 'repeated':
      return refer(parts, letter, { outreachId: result.outreachId, tenantId });
    case 'invalid':
      return { kind: 'faulty', faults: result.faults.map(inBody) };
    case 'different_content':
      return { kind: 'different_content' };
    case undefined:
      throw new Error('intake answered nothing');
  }
}

const cannotBeStored: FieldFault = { field: '', code: 'cannot_be_stored', message: 'holds what no store can keep' };

async function refer(
  { publisher, now }: ReplayParts,
  letter: DeskLetter,
  { outreachId, tenantId }: { outreachId: string; tenantId: string },
): Promise<Replayed> {
  const event = cloudEvent({
    id: outreachId,
    source: 'homing/desk',
    type: OUTREACH_REQUESTED,
    time: now(),
    ...(tenantId === '-' ? {} : { tenantid: tenantId }),
    dataref: acceptedRef(outreachId),
  });
  // The letter's own key: the bus may remember one of the outreach's from before it was given up.
  await publisher.publish(OUTREACH_REQUESTED, event, { tenantId, key: `replay:${letter.id}` });
  return { kind: 'replayed', outreachId };
}

function referenceOf(message: ReadableMessage | undefined): string | undefined {
  const { dataref, data } = message?.envelope ?? {};
  return typeof dataref === 'string' && data === undefined ? outreachIdOfRef(dataref) : undefined;
}

/**
 * What the message would have been known by: the id in its data, else that of its envelope, else what its publisher or the bus called
 * it. A broken id is none.
 */
function identityOf(letter: DeskLetter, content: LetterContent, message: ReadableMessage | undefined): Identity {
  const { stream = '', sequence = 0 } = letter.source ?? {};
  const { messageId } = content;
  const bare = bareMessageId({ messageId, stream, sequence, storedAt: letter.storedAt });
  const { id, source } = message?.envelope ?? {};
  const requestId = message?.data['requestId'];
  const inData = isId(requestId) && requestId.length <= 200 ? requestId : undefined;
  return { source: isId(source) ? source : 'bus', requestId: inData ?? (isId(id) ? id : bare) };
}

const isId = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.isWellFormed();

type ReadBody =
  | { readonly kind: 'sound'; readonly request: OutreachRequestDto; readonly tenantId: string }
  | { readonly kind: 'faulty'; readonly faults: readonly FieldFault[] };

/** By the rules of the bus: unknown fields are let pass. A letter stays its tenant's and keeps its id, whatever is written into it. */
function readBody(letter: DeskLetter, { requestId }: Identity, body: unknown): ReadBody {
  const reading = readOutreachRequest(body, { unknownFields: 'report' });
  if (reading.kind === 'invalid') return { kind: 'faulty', faults: reading.faults.map(inBody) };
  const { request } = reading;
  const tenantId = request.tenantId ?? letter.tenantId ?? undefined;
  const faults: FieldFault[] = [];
  if (tenantId === undefined) {
    faults.push({ field: 'data.tenantId', code: 'required', message: 'is needed: the message names no tenant' });
  } else if (letter.tenantId !== null && tenantId !== letter.tenantId) {
    faults.push({ field: 'data.tenantId', code: 'foreign_tenant', message: 'is not the tenant of this letter' });
  }
  if (request.requestId !== undefined && request.requestId !== requestId) {
    const message = 'is not the id the message came with; it may be left out';
    faults.push({ field: 'data.requestId', code: 'differs', message });
  }
  if (tenantId === undefined || faults.length > 0) return { kind: 'faulty', faults };
  return { kind: 'sound', request, tenantId };
}

const inBody = ({ field, ...fault }: FieldFault): FieldFault => ({ field: field ? `data.${field}` : 'data', ...fault });
