import { answerContext, repairContext } from '../dead-letter/letter.content.js';
import { newPair } from '../envelope/x25519.keys.js';
import { openEnvelope } from '../open/envelope.reader.js';
import { createSealer } from '../seal/sealer.js';

/** A key pair for one answer of the desk: it lives in memory, and opens nothing else. */
export type AnswerKey = {
  /** Public half, base64: goes along with the question. */
  readonly key: string;
  /** @throws {EnvelopeError} when it was not sealed to this key for this letter */
  open(sealed: Uint8Array, letterId: string): Promise<Uint8Array>;
};

export async function createAnswerKey(): Promise<AnswerKey> {
  const pair = newPair();
  return {
    key: Buffer.from(pair.publicRaw).toString('base64'),
    open: (sealed, letterId) => openEnvelope(pair, sealed, answerContext(letterId)),
  };
}

/**
 * Seals what an operator writes in a letter's place, for the desk alone.
 * @param settings.sealKey public half of the dead letters' own key pair, base64
 * @throws {TypeError} when the key is malformed
 */
export function createRepairSealer(settings: {
  readonly sealKey: string;
}): (bytes: Uint8Array, letterId: string) => Promise<Uint8Array> {
  const sealer = createSealer(settings);
  return (bytes, letterId) => sealer.sealForInstallation(bytes, repairContext(letterId));
}
