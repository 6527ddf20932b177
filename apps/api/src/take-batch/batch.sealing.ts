import type { BatchEnvelope, FieldFault } from '@homing/contracts';
import { type IntakeItem, type IntakeResult, isOfOneRequest, type RequestIntake, takeInEach } from '@homing/intake';
import { crashPoint } from '@homing/service-kit';
import type { BatchItem } from '@homing/vault/batch';
import { faultOfPlace, isSound, type PlannedItem, type SoundItem } from './batch.items.js';
import type { ApiBatches } from './batch.parts.js';

/** Items sealed before others get their turn. */
const AT_ONCE = 128;

/** Faults of one item that are kept. */
const MOST_FAULTS = 20;

export interface SealingParts {
  readonly intake: RequestIntake;
  readonly keeper: Pick<ApiBatches['keeper'], 'addItems'>;
}

export interface Sealing {
  readonly batchId: string;
  readonly tenantId: string;
  /** When the batch came the first time. */
  readonly receivedAt: string;
  readonly envelope: BatchEnvelope;
  readonly items: readonly PlannedItem[];
}

/** Seals items, keeps what became of each, and says what was refused. @throws when a store is away: what is kept stays, and a repeat goes on after it */
export async function sealItems({ intake, keeper }: SealingParts, sealing: Sealing): Promise<FieldFault[]> {
  const refused: FieldFault[] = [];
  for (let from = 0; from < sealing.items.length; from += AT_ONCE) {
    const chunk = sealing.items.slice(from, from + AT_ONCE);
    const sound = chunk.filter(isSound);
    const results = await takeInEach(
      intake,
      sound.map((item) => heldItem(sealing, item)),
    );
    crashPoint('api.amid-batch-seal');
    const sealed = sound.map((item, i) => sealedItem(sealing, item, results[i]));
    const faulty = chunk.flatMap((item) => (isSound(item) ? [] : [refusedItem(item.index, item.faults)]));
    const items = [...sealed, ...faulty];
    await keeper.addItems(sealing, items);
    refused.push(...items.flatMap((item) => (item.kind === 'refused' ? item.faults : [])));
  }
  return refused;
}

/** With its first faults: who invents fields by the thousand hears of some. */
const refusedItem = (index: number, faults: readonly FieldFault[]): BatchItem => ({
  ...{ kind: 'refused', index, faults: faults.slice(0, MOST_FAULTS) },
});

const heldItem = ({ tenantId, receivedAt }: Sealing, { requestId, request }: SoundItem): IntakeItem => ({
  ...{ tenantId, via: 'api', source: 'api', requestId, request, receivedAt, held: true },
});

function sealedItem(
  { envelope, receivedAt }: Sealing,
  { index, ownRequestId }: SoundItem,
  result: PromiseSettledResult<IntakeResult> | undefined,
): BatchItem {
  const refused = (faults: readonly FieldFault[]): BatchItem => refusedItem(index, faults);
  if (result?.status !== 'fulfilled') {
    if (!isOfOneRequest(result?.reason)) throw result?.reason ?? new Error('intake answered nothing');
    const message = 'holds what no store can keep';
    return refused([{ field: `recipients[${index}]`, code: 'cannot_be_read', message }]);
  }
  const { value } = result;
  switch (value.kind) {
    case 'invalid':
      return refused(value.faults.map((fault) => faultOfPlace(fault, envelope.recipients[index], index)));
    case 'different_content': {
      const message = 'came before with other content; the first content stands';
      return refused([{ field: `recipients[${index}].requestId`, code: 'different_content', message }]);
    }
    default: {
      // What this batch sealed in an earlier try is its own.
      const earlier = value.kind === 'repeated' && value.acceptedAt !== receivedAt;
      return { kind: 'sealed', index, requestId: ownRequestId, outreachId: value.outreachId, earlier };
    }
  }
}
