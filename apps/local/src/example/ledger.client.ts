import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { parseDeliveryId } from '@homing/contracts';

/** One message a provider accepted. */
export interface SentMessage {
  readonly n: number;
  readonly outreachId: string;
  readonly deliveryId: string;
  readonly attempt: number | null;
}

/** The simulator's ledger, line by line, as far as it concerns these outreach. */
export async function readLedger(simulatorUrl: string, ids: ReadonlySet<string>): Promise<SentMessage[]> {
  const answer = await fetch(`${simulatorUrl}/_ledger?after=0`, { headers: { accept: 'application/x-ndjson' } });
  if (!answer.ok || !answer.body) throw new Error(`the simulator's ledger cannot be read (${answer.status})`);
  const messages: SentMessage[] = [];
  const lines = createInterface({ input: Readable.fromWeb(answer.body as ReadableStream), crlfDelay: Infinity });
  for await (const text of lines) {
    const { n, deliveryId, attempt } = JSON.parse(text) as { n: number; deliveryId: string; attempt: number | null };
    const outreachId = parseDeliveryId(deliveryId ?? '')?.outreachId;
    if (outreachId && ids.has(outreachId)) messages.push({ n, outreachId, deliveryId, attempt });
  }
  return messages;
}
